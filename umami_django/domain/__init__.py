"""The words of web analytics as pure values: no ORM, no request, no clock, no settings."""

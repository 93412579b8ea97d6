"""Moving in from a real Umami: its database is read, its people, websites and traffic become ours."""

"""Reports by e-mail: a door to the dashboard's numbers that comes to the reader."""

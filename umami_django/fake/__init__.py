"""Invented traffic: for a demo, a benchmark, a database to develop with. No hit of a real visitor."""

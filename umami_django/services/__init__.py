"""Writes over several rows: what API, admin and commands do, in one place each."""

"""What a connection to the traffic database is told: SQLite's pragmas, how long an answer may take. No models."""

"""Traffic that moves in and out: other people's data, and ours."""

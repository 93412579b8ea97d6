"""v1's routes, a file a noun: authenticate, build a question, ask it, shape the answer."""

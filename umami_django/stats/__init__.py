"""The answers: one function a question, Scope in, plain dataclass out. Requests and JSON stay outside."""

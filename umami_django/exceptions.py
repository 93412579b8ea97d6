"""Every error this app raises on purpose: one tree, the docstring of a class is its default message.

What an error looks like on the wire is decided by `api/errors.py` and each dialect, not here.
"""


class UmamiError(Exception):
    """Something went wrong in the analytics app."""

    def __init__(self, message: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        super().__init__(self.message)


class InvalidInput(UmamiError):
    """The request holds a value that cannot be used."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(f"{field}: {message}")


class NotPermitted(UmamiError):
    """You may not do this. Log in with an account that owns the website."""


class NotFound(UmamiError):
    """There is no such object."""


class TooSlow(UmamiError):
    """The question took too long. Ask for a shorter period or fewer filters."""


class StoreUnavailable(UmamiError):
    """The database cannot be reached at the moment. Try again later."""

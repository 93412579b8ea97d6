"""What goes wrong, in v1's words: plain text bodies (reference 1.4)."""

from http import HTTPStatus

from django.http import HttpResponse
from rest_framework import exceptions

from ...exceptions import InvalidInput, NotFound, NotPermitted, StoreUnavailable, TooSlow, UmamiError
from ...services.accounts import AccountExists, LastAdmin, WrongPassword


def text_answer(text: str, status: int) -> HttpResponse:
    """A plain text answer."""
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def standard_answer(status: int) -> HttpResponse:
    """The text of *status* alone: `401 Unauthorized`."""
    return text_answer(f"{status} {HTTPStatus(status).phrase}", status)


def error_answer(error: Exception) -> HttpResponse | None:
    """The answer to *error*; None when it is none of ours, and no less than a bug."""
    match error:
        case exceptions.ParseError():
            return text_answer("Invalid JSON", 400)
        case exceptions.MethodNotAllowed():
            return standard_answer(405)
        case exceptions.Throttled():
            answer = standard_answer(429)
            wait_s = getattr(error, "wait", None)
            if wait_s is not None:
                answer["Retry-After"] = str(int(wait_s) + 1)
            return answer
        case NotPermitted() | exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return standard_answer(401)
        case exceptions.UnsupportedMediaType():
            return standard_answer(415)
        case NotFound():
            return standard_answer(404)
        case StoreUnavailable():
            return standard_answer(503)
        case TooSlow():
            return text_answer(error.message, 503)
        case InvalidInput() | AccountExists() | WrongPassword() | LastAdmin():
            return text_answer(error.message, 400)
        case UmamiError():
            return standard_answer(400)
    return None

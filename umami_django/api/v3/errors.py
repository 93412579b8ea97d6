"""What goes wrong, in the words of today's API (v3 reference 1.4)."""

from typing import Any

from ...exceptions import InvalidInput

MESSAGES = {
    400: ("Bad request", "bad-request"),
    401: ("Unauthorized", "unauthorized"),
    403: ("Forbidden", "forbidden"),
    404: ("Not found", "not-found"),
    413: ("Body too large", "body-too-large"),
    429: ("Too many requests", "too-many-requests"),
    503: ("Try again later", "unavailable"),
}

Body = dict[str, Any]


def error_body(status: int, message: str | None = None, *properties: str, detail: str = "") -> Body:
    """`{"error": {…}}`; with the names of nested *properties*, the tree that leads to the wrong one."""
    default, code = MESSAGES[status]
    error: Body = {"message": message or default, "code": code, "status": status}
    if properties:
        tree: Body = {"errors": [detail]}
        for name in reversed(properties):
            tree = {"errors": [], "properties": {name: tree}}
        error |= tree
    return {"error": error}


def invalid_body(error: InvalidInput, *, inside: tuple[str, ...] = ("payload",)) -> Body:
    """The body for a wrong field; of a message most fields are *inside* its payload."""
    detail = error.message.removeprefix(f"{error.field}: ")
    path = (error.field,) if error.field in ("type", "payload", "body") else (*inside, error.field)
    return error_body(400, None, *path, detail=detail)

"""What a collect door is asked and what it answers: plain values, made by a Django view and by `CollectFirst` alike.

Django's request and response objects cost as much as all else a hit needs; `CollectFirst` does without them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse

from ... import conf
from ...exceptions import UmamiError


class Readable(Protocol):
    """Where a body comes from."""

    def read(self, size: int, /) -> bytes: ...


class BodyTooLarge(UmamiError):
    """The body of the request is too large."""


class Asked:
    """One request to a door: its method, its headers and addresses as WSGI names them, its body; Django's request,
    where there is one."""

    __slots__ = ("_body", "_request", "_source", "meta", "method", "writable")

    def __init__(
        self, method: str, meta: dict[str, Any], source: Readable, request: HttpRequest | None = None
    ) -> None:
        self.method = method
        self.meta = meta
        self.writable: dict[int, bool] | None = None
        """Whether the sender may change a website, by its key, as far as it was asked."""
        self._source = source
        self._request = request
        self._body: bytes | None = None

    def request(self) -> HttpRequest:
        """As Django has it, for what only few hits need."""
        if self._request is None:
            self._request = WSGIRequest(self.meta)
        return self._request

    def body(self) -> bytes:
        """The body. Read here, once, whatever Django's own limit for forms is. Raises BodyTooLarge."""
        if self._body is None:
            most = conf.umami_settings().MAX_BODY_BYTES
            announced = _announced(self.meta)
            if announced > most:
                raise BodyTooLarge
            body = self._source.read(announced if announced >= 0 else most + 1)
            if len(body) > most:
                raise BodyTooLarge
            self._body = body
        return self._body


def _announced(meta: Mapping[str, Any]) -> int:
    """How many bytes the body has; 0 for a length that is none; -1 when the end will show (ASGI, chunked)."""
    text = meta.get("CONTENT_LENGTH")
    if not text:
        return -1
    try:
        length = int(text)
    except ValueError:
        return 0
    return length if length > 0 else 0


@dataclass(slots=True)
class Answer:
    """What is answered. Headers may be added until it is sent."""

    status: int
    content: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def as_response(self) -> HttpResponse:
        """As Django has it."""
        response = HttpResponse(self.content, status=self.status, headers=self.headers)
        if "Content-Type" not in self.headers:  # there is no content
            del response["Content-Type"]
        return response

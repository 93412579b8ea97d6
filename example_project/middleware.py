"""A strict Content-Security-Policy on every page: the app works under it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

FRAMES = "frame-ancestors 'self'"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'self'; "
    f"form-action 'self'; {FRAMES}"
)


class StrictContentSecurityPolicy:
    """Adds the policy to each answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # a share that may be framed names who may do so: that part of the policy is its own
        own = response.headers.get("Content-Security-Policy")
        policy = POLICY if own is None else f"{POLICY.replace(FRAMES, '')}{own}"
        response.headers["Content-Security-Policy"] = policy
        return response

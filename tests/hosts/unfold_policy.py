"""The strict policy of the tests, loosened by what django-unfold cannot do without; nothing of it is for us."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

NEEDED = {"script-src": "'unsafe-eval'", "style-src": "'unsafe-inline'"}
"""Alpine evaluates the attributes of the markup, and the colours come in a style element. No inline script."""


class PolicyForUnfold:
    """Stands before `StrictContentSecurityPolicy`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = response.headers["Content-Security-Policy"]
        for directive, source in NEEDED.items():
            policy = policy.replace(f"{directive} 'self'", f"{directive} 'self' {source}")
        response.headers["Content-Security-Policy"] = policy
        return response

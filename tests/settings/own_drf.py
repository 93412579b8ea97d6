"""A host whose REST framework settings are hostile to anybody who relies on them, with CORS in front."""

from .default import *  # noqa: F403
from .default import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "rest_framework", "corsheaders"]
MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", *MIDDLEWARE]
CORS_ALLOWED_ORIGINS = ["https://partner.example"]
CORS_ALLOW_HEADERS = ["content-type", "x-umami-cache"]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tests.hosts.hostile.NoAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tests.hosts.hostile.Nobody"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.MultiPartParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.StaticHTMLRenderer"],
    "DEFAULT_THROTTLE_CLASSES": ["tests.hosts.hostile.AlwaysThrottled"],
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.AcceptHeaderVersioning",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "tests.hosts.hostile.BrokenNegotiation",
    "EXCEPTION_HANDLER": "tests.hosts.hostile.broken_handler",
    "ALLOWED_VERSIONS": ["9"],
    "NUM_PROXIES": 3,
    "COMPACT_JSON": False,
    "UNICODE_JSON": False,
}
SIMPLE_JWT = {"ALGORITHM": "none", "SIGNING_KEY": "", "USER_ID_CLAIM": "nobody"}
ROOT_URLCONF = "tests.hosts.urls_own_api"

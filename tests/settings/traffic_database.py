"""A host that keeps the traffic in a database of its own."""

from .default import *  # noqa: F403
from .default import DATABASES

DATABASES = {
    **DATABASES,
    "traffic": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
}
DATABASE_ROUTERS = ["umami_django.routers.TrafficRouter"]
UMAMI = {"RECORD": True, "LOGIN_RATE": None, "TRAFFIC_DATABASE": "traffic"}

"""The doors to the dashboards, as their own tests have them."""

from tests.dashboards.conftest import at_door

__all__ = ["at_door"]

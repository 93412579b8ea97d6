"""A database router that keeps traffic in a database of its own (`UMAMI["TRAFFIC_DATABASE"]`)."""

from typing import Any

from django.db.models import Model

from .conf import umami_settings

APP = "umami_django"


def _is_traffic(model: type[Model]) -> bool:
    return model._meta.app_label == APP and getattr(model, "is_traffic", False)


class TrafficRouter:
    """Sends the traffic tables to `TRAFFIC_DATABASE`; has no opinion on anything else."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return umami_settings().TRAFFIC_DATABASE if _is_traffic(model) else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        return self.db_for_read(model)

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool | None:
        traffic = _is_traffic(type(one)), _is_traffic(type(other))
        return True if all(traffic) else None

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        """Traffic tables only there; nothing but traffic tables of this app there."""
        if app_label != APP:
            return None
        alias = umami_settings().TRAFFIC_DATABASE
        if alias == "default":
            return None
        if model_name is None:
            return None
        from django.apps import apps

        try:
            model = apps.get_model(app_label, model_name)
        except LookupError:
            return None
        return (db == alias) if _is_traffic(model) else (False if db == alias else None)

"""Indexes that differ by database, which Django's own cannot say, or not without a warning on MariaDB."""

from typing import Any

from django.db import models
from django.db.models import Q

from ..domain.vocabulary import HitKind


class EventsIndex(models.Index):
    """An index of events alone, where a database can do that, and of all hits elsewhere.

    `condition` says the same; but where it is ignored, each `manage.py check` of a host would tell of it.
    """

    def create_sql(
        self, model: type[models.Model], schema_editor: Any, using: str = "", **kwargs: Any
    ) -> Any:
        can = schema_editor.connection.features.supports_partial_indexes
        condition = Q(kind=HitKind.EVENT.value) if can else None
        index = models.Index(fields=self.fields, name=self.name, condition=condition)
        return index.create_sql(model, schema_editor, using, **kwargs)


class SessionsIndex(models.Index):
    """An index whose first field is a session: PostgreSQL needs no more of the fields.

    It keeps equal keys once, and where a session is long, it finds hits by time with the other index. Elsewhere the
    fields that follow cost little.
    """

    def create_sql(
        self, model: type[models.Model], schema_editor: Any, using: str = "", **kwargs: Any
    ) -> Any:
        fields = self.fields[:1] if schema_editor.connection.vendor == "postgresql" else self.fields
        index = models.Index(fields=fields, name=self.name)
        return index.create_sql(model, schema_editor, using, **kwargs)

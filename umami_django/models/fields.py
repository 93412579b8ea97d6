"""Field types of the traffic tables: time as an integer, a reference to a repeated text."""

from datetime import datetime
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models import Lookup

from ..domain.periods import from_micros, to_micros


class MicrosField(models.BigIntegerField):
    """An aware datetime, stored as microseconds since 1970 UTC (design, section 4).

    The same on every database, a sixth of the space of SQLite's texts, and hours and days are integer
    divisions. Lookups: exact, lt, lte, gt, gte, range, in, isnull; any other raises FieldError.
    """

    description = "Microseconds since 1970, UTC"
    _pyi_private_set_type: datetime | Any  # type: ignore[assignment]
    _pyi_private_get_type: datetime  # type: ignore[assignment]
    allowed_lookups = frozenset({"exact", "lt", "lte", "gt", "gte", "range", "in", "isnull"})

    def from_db_value(self, value: int | None, *_: Any) -> datetime | None:
        return None if value is None else from_micros(value)

    def to_python(self, value: Any) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value
        if isinstance(value, int):
            return from_micros(value)
        parsed = models.DateTimeField().to_python(value)
        return parsed if isinstance(parsed, datetime) else None

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError(f"{self.name} needs an aware datetime, not {value!r}.")
            return to_micros(value)
        return super().get_prep_value(value)

    def get_lookup(self, lookup_name: str) -> type[Lookup] | None:
        if lookup_name not in self.allowed_lookups:
            raise FieldError(
                f"{lookup_name!r} does not work on {self.name}, a time kept as an integer. "
                f"Use one of: {', '.join(sorted(self.allowed_lookups))}."
            )
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{lookup_name!r} does not work on {self.name}, a time kept as an integer.")

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> Any:
        return models.DateTimeField(blank=self.blank).formfield(**kwargs)


class TermField(models.ForeignKey):
    """Points at a `Term`; no constraint, no index, no cascade: traffic is written and purged in bulk."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("to", "umami_django.Term")
        kwargs.setdefault("on_delete", models.DO_NOTHING)
        kwargs.setdefault("related_name", "+")
        kwargs.setdefault("db_constraint", False)
        kwargs.setdefault("db_index", False)
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        """Migrations spell it as the plain foreign key that it is."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs

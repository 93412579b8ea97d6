"""The texts behind the integers that rankings and series group by."""

from collections.abc import Collection

from django.db.models.expressions import RawSQL

from ..models import Term
from ..querysets.literals import listed

IDS_AT_ONCE = 10_000
"""No statement gets much longer than 100,000 characters."""


def texts(ids: Collection[int | None]) -> dict[int, str]:
    """The text of each term id; None is left out. One query for each 10,000 ids, none for no ids."""
    wanted = sorted(number for number in ids if number is not None)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), IDS_AT_ONCE):
        part = wanted[start : start + IDS_AT_ONCE]
        named = Term.objects.filter(id__in=RawSQL(listed(part), ()))  # noqa: S611
        found.update(named.values_list("id", "text"))
    return found

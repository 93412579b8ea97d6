"""How many texts never seen before a website may add in a day: a flood of invented urls must not grow the tables.

Asked only when there are new texts. Several processes may together admit a batch too many. Source: design, section 4.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from django.db.models import Case, F, Value, When

from ..conf import umami_settings
from ..models import TermDay

Key = tuple[int, int, str]
"""Website, kind, text."""
KEPT = timedelta(days=30)


def admitted(new: Sequence[Key], most: int, using: str) -> tuple[list[Key], list[Key]]:
    """Those of *new* that may be added today, and those that are too many. Three queries, inside a transaction."""
    day = datetime.now(UTC).date()
    days = TermDay.objects.using(using).filter(website_id__in={key[0] for key in new}, day=day)
    used = Counter(dict(days.values_list("website_id", "added")))
    granted: list[Key] = []
    too_many: list[Key] = []
    added: Counter[int] = Counter()
    for key in new:
        if used[key[0]] + added[key[0]] < most:
            added[key[0]] += 1
            granted.append(key)
        else:
            too_many.append(key)
    websites = sorted({key[0] for key in new})
    # only the first of a day: on MariaDB this locks what is there, and two writers would wait for each other
    first = [TermDay(website_id=website_id, day=day) for website_id in websites if website_id not in used]
    TermDay.objects.using(using).bulk_create(first, ignore_conflicts=True)
    _note(websites, added, Counter(key[0] for key in too_many), day, using)
    return granted, too_many


def _note(
    websites: Sequence[int], added: Counter[int], replaced: Counter[int], day: date, using: str
) -> None:
    rows = TermDay.objects.using(using)
    rows.filter(website_id__in=websites, day=day).update(
        added=F("added") + _by_website(added), replaced=F("replaced") + _by_website(replaced)
    )


def _by_website(counts: Counter[int]) -> Case | Value:
    cases = [When(website_id=website_id, then=Value(count)) for website_id, count in sorted(counts.items())]
    return Case(*cases, default=Value(0)) if cases else Value(0)


def replaced_on(website_id: int, day: date) -> int:
    """How many texts of one UTC day are counted as `(other)`."""
    rows = TermDay.objects.using(umami_settings().TRAFFIC_DATABASE).filter(website_id=website_id, day=day)
    return rows.values_list("replaced", flat=True).first() or 0


def drop_old(now: datetime) -> int:
    """Remove what is older than 30 days; how many rows."""
    rows = TermDay.objects.using(umami_settings().TRAFFIC_DATABASE)
    removed, _ = rows.filter(day__lt=(now - KEPT).date()).delete()
    return removed

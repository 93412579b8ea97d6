"""What differs by database gives the same on each."""

from typing import Any

import pytest
from django.db.models import F, Value
from django.db.models.functions import Length

from umami_django.domain.filters import ascii_lower
from umami_django.domain.terms import digest
from umami_django.domain.vocabulary import TermKind
from umami_django.models import Term
from umami_django.querysets.expressions import AsciiLower, ContainsText, ExactText, Remainder

pytestmark = pytest.mark.django_db

TEXTS = (
    "",
    "A",
    "a",
    "a ",
    "ÄPFEL",
    "äpfel",
    "ZEBRA",
    "İstanbul",
    "100%_\\",
    "😀 Smile",
    "привет ПРИВЕТ",
    "é",
    "e\u0301",
)


@pytest.fixture
def stored() -> dict[str, int]:
    for text in TEXTS:
        Term.objects.create(website_id=1, kind=TermKind.PATH, digest=digest(text), text=text)
    return dict(Term.objects.values_list("text", "pk"))


def as_text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def test_ascii_lower(stored: dict[str, int]) -> None:
    found = Term.objects.annotate(small=AsciiLower(F("text"))).values_list("text", "small")
    assert {text: as_text(small) for text, small in found} == {text: ascii_lower(text) for text in TEXTS}


@pytest.mark.parametrize("needle", ["", "a", "z", "äpfel", "%_\\", "привет", "😀 s", "e"])
def test_looking_for_small_letters(stored: dict[str, int], needle: str) -> None:
    holds = ContainsText(AsciiLower(F("text")), Value(needle))
    found = set(Term.objects.filter(holds).values_list("text", flat=True))
    assert found == {text for text in TEXTS if needle in ascii_lower(text)}


def test_exact_texts_group_and_sort_by_their_bytes(stored: dict[str, int]) -> None:
    found = Term.objects.annotate(exact=ExactText(F("text"))).values("exact").order_by("exact").distinct()
    assert [as_text(row["exact"]) for row in found] == sorted(TEXTS, key=str.encode)


def test_remainder(stored: dict[str, int]) -> None:
    found = Term.objects.annotate(rest=Remainder(Length("text"), Value(4))).values_list("text", "rest")
    assert dict(found) == {text: len(text) % 4 for text in TEXTS}

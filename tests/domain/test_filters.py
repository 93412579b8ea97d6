"""Conditions on traffic: what they deny, and how letter case is ignored."""

import pytest

from umami_django.domain.filters import Filter, Operator, ascii_lower, spellings
from umami_django.domain.vocabulary import Metric


def test_what_a_negative_filter_denies() -> None:
    for negative, positive in (
        (Operator.NOT_EQUALS, Operator.EQUALS),
        (Operator.NOT_CONTAINS, Operator.CONTAINS),
    ):
        condition = Filter(Metric.PATH, ("/",), negative)
        assert condition.is_negative
        assert condition.positive == Filter(Metric.PATH, ("/",), positive)
        assert condition.positive.positive == condition.positive
        assert not condition.positive.is_negative


def test_no_value_is_not_a_text() -> None:
    condition = Filter(Metric.BROWSER, ("chrome", None))
    assert (condition.texts, condition.wants_unknown) == (("chrome",), True)
    assert not Filter(Metric.BROWSER, ("",)).wants_unknown


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Chrome", ("chrome",)),
        ("über uns", ("über uns", "Über uns")),
        ("ÜBER", ("Über", "über")),
        ("Ж", ("Ж", "ж")),
        ("привет", ("привет", "ПРИВЕТ", "Привет")),
        ("", ("",)),
    ],
)
def test_spellings(text: str, found: tuple[str, ...]) -> None:
    assert set(spellings(text)) >= set(found)
    assert len(spellings(text)) == len(set(spellings(text)))


def test_only_a_to_z_are_made_small() -> None:
    assert ascii_lower("AZ az ÄÖÜ ÉŽ İ 09 [@`{") == "az az ÄÖÜ ÉŽ İ 09 [@`{"

"""Rows in binary form are the rows, and are bounded as others are."""

import pytest
from django.db import connection
from django.db.models import FloatField, Func, Value

from umami_django.databases.binary import in_binary
from umami_django.databases.patience import bounded
from umami_django.models import RollupColumn

from .test_patience import ends_soon, limits

BYTES = bytes(range(256))


def stored() -> None:
    RollupColumn.objects.bulk_create(
        RollupColumn(website_id=2**31 - 1, column=number, span=1, start=-number, packed=BYTES * number)
        for number in range(3)
    )


@pytest.mark.django_db
@pytest.mark.parametrize("column", [(), (1,), (0, 1, 2)])
def test_rows_in_binary_form_are_the_rows(column: tuple[int, ...]) -> None:
    stored()
    rows = RollupColumn.objects.filter(column__in=column).order_by("column")
    found = in_binary(rows.values_list("website_id", "column", "start", "packed"))
    assert [(*numbers, bytes(packed)) for *numbers, packed in found] == [
        (2**31 - 1, number, -number, BYTES * number) for number in column
    ]


@pytest.mark.django_db(transaction=True)
def test_they_are_bounded_without_a_trace_on_the_connection() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("other databases have no such form")
    stored()
    before = limits()
    rows = RollupColumn.objects.values_list("start")
    with bounded(5):
        assert sorted(in_binary(rows)) == [(-2,), (-1,), (0,)]
    assert limits() == before
    slow = rows.annotate(slept=Func(Value(20), function="pg_sleep", output_field=FloatField()))
    with ends_soon(), bounded(0.2):
        list(in_binary(slow.values_list("start", "slept")))
    assert limits() == before
    assert RollupColumn.objects.count() == 3

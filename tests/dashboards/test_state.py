"""The address of a dashboard: what it says, what it means, and that nothing in it can break the page."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from umami_django.dashboards import filter_keys, ranges
from umami_django.dashboards.compared import period_before, period_last_year
from umami_django.dashboards.ranges import RANGES, period_of
from umami_django.dashboards.state import CARDS, TABS, Compare, State, _tabs, read
from umami_django.domain.filters import Filter, Operator
from umami_django.domain.periods import Period, bucket_starts, default_unit, units_for
from umami_django.domain.vocabulary import Metric, Unit

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 31, 12, 30, tzinfo=UTC)  # a Tuesday, 14:30 in Berlin


def asked(query: str) -> tuple[State, list[str]]:
    return read(dict(QueryDict(query).lists()))


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
days = st.dates(date(1971, 1, 1), date(2999, 12, 31))
minutes = st.datetimes(datetime(1971, 1, 1), datetime(2999, 12, 30)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


def edges() -> st.SearchStrategy[tuple[ranges.Edge, ranges.Edge]]:
    return st.one_of(st.tuples(days, days), st.tuples(minutes, minutes)).map(lambda pair: tuple(sorted(pair)))


@st.composite
def filters(draw: st.DrawFn) -> tuple[Filter, ...]:
    found = {}
    for _ in range(draw(st.integers(0, 5))):
        metric = draw(st.sampled_from([metric for metric, _name in filter_keys.FIELDS.values()]))
        operator = draw(st.sampled_from([operator for operator, _name in filter_keys.OPERATORS.values()]))
        value = texts if operator is Operator.EQUALS else texts.filter(bool)
        if operator in (Operator.EQUALS, Operator.NOT_EQUALS):
            value = value | st.none()
        values = draw(st.lists(value, min_size=1, max_size=4, unique=True))
        item = Filter(metric, tuple(values), operator)
        found[filter_keys.key_of(item)] = item
    return tuple(found.values())


@st.composite
def states(draw: st.DrawFn) -> State:
    key = draw(st.sampled_from(list(RANGES)))
    compare = draw(st.sampled_from(list(Compare)))
    return State(
        range=key,
        step=0 if key in ("all", "custom") else draw(st.integers(-1000, 0)),
        edges=draw(edges()) if key == "custom" else None,
        unit=draw(st.none() | st.sampled_from(list(Unit))),
        tz=draw(st.sampled_from([None, "UTC", "Europe/Berlin", "Asia/Kolkata"])),
        compare=compare,
        compare_edges=draw(edges()) if compare is Compare.CUSTOM else None,
        filters=draw(filters()),
        card=draw(st.sampled_from(CARDS)),
        tabs=_tabs({panel: draw(st.sampled_from(tabs)) for panel, tabs in TABS.items()}),
        whole=draw(st.booleans()),
    )


@given(states())
def test_what_is_written_is_read(state: State) -> None:
    assert asked(state.render()[1:]) == (state, [])


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "range",
                "step",
                "from",
                "to",
                "unit",
                "tz",
                "card",
                "path",
                "os__not",
                "os__",
                "compare",
                "compare_from",
                "pages",
                "country__contains",
            ]
        ),
        st.lists(st.text(max_size=12), max_size=3),
    )
)
def test_anything_can_be_asked(query: dict[str, list[str]]) -> None:
    state, _problems = read({key: values or [""] for key, values in query.items()})
    again, problems = asked(state.render()[1:])
    assert (again, problems) == (state, [])
    period = period_of(state.range, state.step, NOW, BERLIN, state.edges, None)
    period_before(state.range, state.step, NOW, BERLIN, state.edges, period)
    period_last_year(state.range, state.step, NOW, BERLIN, state.edges, period)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("range=fortnight", "“fortnight” is not known as “range”."),
        ("range=custom", "A custom range needs its first and its last day."),
        ("range=custom&from=2026-13-01&to=2026-03-01", "“2026-13-01” is not a day. One would be 2026-03-10."),
        ("step=x", "“x” is no number of steps."),
        ("tz=Mars", "“Mars” is not the name of a time zone. One would be Europe/Berlin."),
        ("browser__like=x", "“browser__like” is no way to filter by Browser."),
        ("path=%00", "The filter by Page holds a value that cannot be."),
        ("sources=moon", "“moon” is not known as “sources”."),
    ],
)
def test_what_is_wrong_is_named_and_left_out(query: str, problem: str) -> None:
    state, problems = asked(query)
    assert problem in problems
    assert state == State()


def test_filters_in_an_address() -> None:
    state, problems = asked("browser=chrome&browser=firefox&path__contains=/blog&country__not=~&city=~~x")
    assert problems == []
    assert state.filters == (
        Filter(Metric.BROWSER, ("chrome", "firefox")),
        Filter(Metric.PATH, ("/blog",), Operator.CONTAINS),
        Filter(Metric.COUNTRY, (None,), Operator.NOT_EQUALS),
        Filter(Metric.CITY, ("~x",)),
    )


def test_a_filter_of_the_same_field_and_operator_is_replaced() -> None:
    state = State().filtered(Filter(Metric.OS, ("iOS",)), Filter(Metric.OS, ("Linux",)))
    assert state.render() == "?os=Linux"
    assert state.without(Filter(Metric.OS, ())).render() == "?"


def local(key: str, step: int = 0, now: datetime = NOW) -> tuple[str, str]:
    return written(period_of(key, step, now, BERLIN, None, None))


def written(period: Period | None, tz: ZoneInfo = BERLIN) -> tuple[str, str]:
    assert period is not None
    start, end = (moment.astimezone(tz) for moment in (period.start, period.end))
    return f"{start:%y-%m-%d %H:%M}", f"{end:%y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("key", "step", "start", "end"),
    [
        ("today", 0, "26-03-31 00:00", "26-03-31 14:30"),
        ("today", -1, "26-03-30 00:00", "26-03-30 23:59"),
        ("yesterday", 0, "26-03-30 00:00", "26-03-30 23:59"),
        ("1h", 0, "26-03-31 13:30", "26-03-31 14:30"),
        ("24h", -1, "26-03-29 14:30", "26-03-30 14:30"),
        ("7d", 0, "26-03-25 00:00", "26-03-31 14:30"),
        ("7d", -1, "26-03-18 00:00", "26-03-24 23:59"),
        ("91d", 0, "25-12-31 00:00", "26-03-31 14:30"),
        ("month", 0, "26-03-01 00:00", "26-03-31 14:30"),
        ("month", -1, "26-02-01 00:00", "26-02-28 23:59"),
        ("last-month", 0, "26-02-01 00:00", "26-02-28 23:59"),
        ("last-month", -2, "25-12-01 00:00", "25-12-31 23:59"),
        ("year", 0, "26-01-01 00:00", "26-03-31 14:30"),
        ("year", -1, "25-01-01 00:00", "25-12-31 23:59"),
        ("12mo", 0, "25-04-01 00:00", "26-03-31 14:30"),
        ("12mo", -1, "24-04-01 00:00", "25-03-31 23:59"),
    ],
)
def test_ranges_follow_the_local_calendar(key: str, step: int, start: str, end: str) -> None:
    assert local(key, step) == (start, end)


@pytest.mark.parametrize(
    ("key", "start", "end"),
    [
        ("today", "26-03-30 00:00", "26-03-30 14:30"),
        ("yesterday", "26-03-29 00:00", "26-03-29 23:59"),
        ("7d", "26-03-18 00:00", "26-03-24 14:30"),
        ("month", "26-02-01 00:00", "26-02-28 23:59"),
        ("year", "25-01-01 00:00", "25-03-31 14:30"),
        ("12mo", "24-04-01 00:00", "25-03-31 14:30"),
    ],
)
def test_the_period_before_has_as_much_of_it_as_has_passed(key: str, start: str, end: str) -> None:
    """Also across 29 March, when Berlin's clocks skip an hour."""
    period = period_of(key, 0, NOW, BERLIN, None, None)
    assert written(period_before(key, 0, NOW, BERLIN, None, period)) == (start, end)


@pytest.mark.parametrize(
    ("tz", "first", "last", "before", "a_year_ago"),
    [
        (
            "Europe/Berlin",  # clocks go forward on the 29th: the range is an hour short, what is before is not
            *("2026-03-25", "2026-03-31"),
            ("26-03-18 00:00", "26-03-24 23:59"),
            ("25-03-25 00:00", "25-03-31 23:59"),
        ),
        (
            "America/Santiago",  # there is no midnight on 6 September 2026: the day begins at one
            *("2026-09-06", "2026-09-06"),
            ("26-09-05 00:00", "26-09-05 23:59"),
            ("25-09-06 00:00", "25-09-06 23:59"),
        ),
        (
            "UTC",
            *("2024-02-29", "2024-02-29"),
            ("24-02-28 00:00", "24-02-28 23:59"),
            ("23-02-28 00:00", "23-02-28 23:59"),
        ),
    ],
)
def test_whole_days_are_compared_with_whole_days(
    tz: str, first: str, last: str, before: tuple[str, str], a_year_ago: tuple[str, str]
) -> None:
    zone = ZoneInfo(tz)
    state, _ = asked(f"range=custom&from={first}&to={last}")
    now = datetime(2026, 11, 1, tzinfo=UTC)
    period = period_of("custom", 0, now, zone, state.edges, None)
    for compared, wanted in ((period_before, before), (period_last_year, a_year_ago)):
        found = compared("custom", 0, now, zone, state.edges, period)
        assert found is not None
        assert written(found, zone) == wanted


def test_both_hours_before_midnight_are_compared() -> None:
    """Santiago's clocks go back from midnight to eleven on 5 April 2026: 4 April has 25 hours."""
    zone = ZoneInfo("America/Santiago")
    state, _ = asked("range=custom&from=2026-04-05&to=2026-04-05")
    period = period_of("custom", 0, NOW + timedelta(days=30), zone, state.edges, None)
    found = period_before("custom", 0, NOW + timedelta(days=30), zone, state.edges, period)
    assert found is not None
    assert round(found.length / timedelta(hours=1)) == 25


def test_a_range_of_ones_own_is_whole_days_or_minutes_and_steps_by_its_width() -> None:
    state, _ = asked("range=custom&from=2026-03-01&to=2026-03-10")
    period = period_of("custom", 0, NOW, BERLIN, state.edges, None)
    assert written(period) == ("26-03-01 00:00", "26-03-10 23:59")
    assert written(period_before("custom", 0, NOW, BERLIN, state.edges, period)) == (
        "26-02-19 00:00",
        "26-02-28 23:59",
    )
    earlier = state.stepped(-1)
    assert earlier and earlier.render() == "?range=custom&from=2026-02-19&to=2026-02-28"
    short, _ = asked("range=custom&from=2026-03-01T12:00&to=2026-03-01T12:29")
    later = short.stepped(1)
    assert later and later.edges == (datetime(2026, 3, 1, 12, 30), datetime(2026, 3, 1, 12, 59))
    assert period_of("custom", 0, NOW, UTC, short.edges, None).length < timedelta(minutes=30)


def test_the_last_step_and_all_time_go_no_further() -> None:
    assert State().stepped(1) is None
    assert State(range="all").stepped(-1) is None
    assert State(step=-1000).stepped(-1) is None
    assert State(range="custom", edges=(date(1971, 1, 1), date(2020, 1, 1))).stepped(-1) is None


@given(st.sampled_from([key for key in RANGES if key not in ("custom", "all")]), st.integers(-1000, 0))
def test_each_range_offers_units_with_a_sensible_number_of_buckets(key: str, step: int) -> None:
    period = period_of(key, step, NOW, BERLIN, None, None)
    assert default_unit(period) in units_for(period)
    assert 1 <= len(bucket_starts(period, default_unit(period), BERLIN)) <= 101


def test_a_form_about_a_filter() -> None:
    query = {"edit": ["path"], "edit_how": ["contains"], "edit_value": ["/a", "", "/b"]}
    assert filter_keys.edited(query) == Filter(Metric.PATH, ("/a", "/b"), Operator.CONTAINS)
    assert filter_keys.edited({"edit": ["path"], "edit_value": [" "]}) is None
    assert filter_keys.edited({"edit": ["nothing"], "edit_value": ["x"]}) is None

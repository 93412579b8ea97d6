"""A period cut into the buckets of a time zone, each as a stretch of UTC. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

from ..domain.periods import Period, bucket_starts, from_micros, offset_spans, to_micros
from ..domain.vocabulary import Unit


@dataclass(frozen=True, slots=True)
class Bucket:
    """Begins at local clock *label_us*; from *start_us* until *end_us*, microseconds since 1970."""

    label_us: int
    start_us: int
    end_us: int


def buckets(period: Period, unit: Unit, tz: tzinfo) -> list[Bucket] | None:
    """The buckets that *period* touches, cut to it, in order; None when one is in two pieces.

    Where clocks go back, the two hours that share a name are one bucket. In two pieces are days that were lived twice.
    """
    found: list[Bucket] = []
    for piece in pieces(period, unit, tz):
        last = found[-1] if found else None
        if last is not None and piece.label_us == last.label_us:
            found[-1] = Bucket(last.label_us, last.start_us, piece.end_us)
        elif last is not None and piece.label_us < last.label_us:
            return None
        else:
            found.append(piece)
    return found


def pieces(period: Period, unit: Unit, tz: tzinfo) -> Iterator[Bucket]:
    """The buckets of each stretch of time in which the zone's offset stays what it is: in order of time, each in as
    many pieces as clocks make of it."""
    if period.is_empty:
        return
    end_us = to_micros(period.end) + 1
    spans = offset_spans(period, tz)
    ends = [span.since_us for span in spans[1:]] + [end_us]
    for span, until_us in zip(spans, ends, strict=True):
        if until_us <= span.since_us:
            continue
        during = Period(from_micros(span.since_us), from_micros(until_us - 1))
        labels = list(bucket_starts(during, unit, tz))
        for label, following in zip(labels, [*labels[1:], None], strict=True):
            start = max(label - span.offset_us, span.since_us)
            end = until_us if following is None else min(following - span.offset_us, until_us)
            if start < end:
                yield Bucket(label, start, end)

"""A bar with what is done, how fast it goes and how long it still takes. Where it is shown is the caller's."""

from dataclasses import dataclass

WIDTH = 30


@dataclass
class Progress:
    """How far a piece of work is. Times in seconds of a clock that the caller reads."""

    total: int
    done_before: int
    """What an earlier run did: no part of the rate."""
    started_s: float
    done: int = 0

    def advance(self, count: int) -> None:
        """So many more are done."""
        self.done += count

    def shown(self, now_s: float) -> str:
        """For example `█████····· 50 %  500,000 of 1,000,000 rows, 21,000 a second, 24 s left`."""
        done = self.done_before + self.done
        share = min(1.0, done / self.total) if self.total else 1.0
        filled = int(WIDTH * share)
        rate = self.done / max(now_s - self.started_s, 1e-6)
        text = f"{'█' * filled}{'·' * (WIDTH - filled)} {share:4.0%}  {done:,} of {self.total:,} rows"
        if not self.done:
            return text
        return f"{text}, {rate:,.0f} a second, {_duration((self.total - done) / rate)} left"


def _duration(seconds: float) -> str:
    whole = max(0, round(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {whole % 60:02} s" if minutes else f"{whole} s"

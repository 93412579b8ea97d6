"""What the process that loads a journal tells of itself: a small file beside the journal, for whoever asks."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

STATE_FILE = "loader.json"


@dataclass(slots=True)
class State:
    """What the loader last told of itself. Times in seconds since 1970 and in seconds."""

    pid: int
    seen_at: float = 0.0
    loaded: int = 0
    """Hits and identifications since this loader started."""
    lag_s: float = 0.0
    """How long ago the oldest of the last batch had been accepted when it was stored."""
    longest_lag_s: float = 0.0
    waiting_bytes: int = 0
    """Of the journal, when the last batch had been stored."""
    last_error: str | None = None


def last_state(directory: Path) -> State | None:
    """What the loader last told, if there ever was one."""
    try:
        return State(**json.loads((directory / STATE_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def tell(state: State, directory: Path) -> None:
    """Write *state* down. Raises OSError."""
    temporary = directory / f"{STATE_FILE}.new"
    temporary.write_text(json.dumps(asdict(state)), encoding="utf-8")
    temporary.replace(directory / STATE_FILE)

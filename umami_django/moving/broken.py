"""What is wrong with a file, and where: the line, and the column or field."""

from ..exceptions import UmamiError


class Broken(UmamiError):
    """A line of a file is not what it should be. *column* is empty when it is about all of the line."""

    def __init__(self, line: int, column: str, message: str) -> None:
        self.line = line
        self.column = column
        place = f"line {line:,}, column {column}" if column else f"line {line:,}"
        super().__init__(f"{place}: {message}")


class Wrong(ValueError):
    """A cell or field is not what it should be; whoever knows the line says where."""

    def __init__(self, column: str, message: str) -> None:
        self.column = column
        self.message = message
        super().__init__(f"{column}: {message}")


def shown(value: object) -> str:
    """A value as an error may show it: not too long, on one line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"

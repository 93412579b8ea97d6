"""Which requests of a log were pages that somebody looked at. Pure; each refusal has a reason."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache

from .formats import LogLine

STATIC_SUFFIXES = frozenset(
    (
        "7z apk avi avif bin bmp bz2 css csv deb dmg doc docx eot epub exe flac flv gif gz ico iso jar jpeg jpg js "
        "json jsonld map m4a mjs mkv mov mp3 mp4 mpeg ogg ogv otf pdf png ppt pptx rar rpm rss svg swf tar tgz tif "
        "tiff ttf txt wasm wav webm webmanifest webp woff woff2 xls xlsx xml xz zip"
    ).split()
)
"""Endings of files that are parts of pages, feeds or downloads."""


class Skip(StrEnum):
    """Why a line is no pageview."""

    BROKEN = "broken lines"
    METHOD = "other methods than GET"
    ERROR = "errors"
    REDIRECT = "redirects"
    STATIC = "static files"
    EXCLUDED = "excluded"
    OUT_OF_TIME = "outside --since and --until"
    BOT = "bots"
    REFUSED = "no user agent or a blocked address"
    PRUNED = "of a time whose hits are pruned here"


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted of a log. `since` is included, `until` is not."""

    include_bots: bool = False
    include_static: bool = False
    include_errors: bool = False
    include_redirects: bool = False
    exclude_paths: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def skip(self, line: LogLine) -> Skip | None:
        """Why *line* is not wanted; None when it is. Bots are for the pipeline to tell."""
        if line.method != "GET":
            return Skip.METHOD
        if line.status >= 400 and not self.include_errors:
            return Skip.ERROR
        if 300 <= line.status < 400 and line.status != 304 and not self.include_redirects:
            return Skip.REDIRECT
        if line.status < 200:
            return Skip.ERROR
        if (self.since and line.moment < self.since) or (self.until and line.moment >= self.until):
            return Skip.OUT_OF_TIME
        path = line.target.partition("?")[0]
        if not self.include_static and is_static(path):
            return Skip.STATIC
        if any(fnmatchcase(path, pattern) for pattern in self.exclude_paths):
            return Skip.EXCLUDED
        return None


@lru_cache(maxsize=16_384)
def is_static(path: str) -> bool:
    """Is *path* a file that belongs to pages rather than a page?"""
    name = path.rpartition("/")[2]
    return "." in name and name.rpartition(".")[2].lower() in STATIC_SUFFIXES

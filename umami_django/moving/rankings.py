"""The export of today's Umami itself: what was seen most, as a zip file of small tables (v3 reference 2.4)."""

import csv
import io
from zipfile import ZIP_DEFLATED, ZipFile

from ..domain.answers import Ranking
from ..domain.scope import Scope
from ..domain.vocabulary import Counted, Metric
from ..stats.rankings import ranking
from .cells import defused

MOST_ROWS = 500
FILES = {
    "events": Metric.EVENT,
    "pages": Metric.PATH,
    "referrers": Metric.REFERRER_DOMAIN,
    "browsers": Metric.BROWSER,
    "os": Metric.OS,
    "devices": Metric.DEVICE,
    "countries": Metric.COUNTRY,
}


def ranking_files(scope: Scope) -> bytes:
    """Seven tables of at most 500 names (`x`) with their visitors, or of events how many (`y`). One query each."""
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, metric in FILES.items():
            counted = Counted.EVENTS if metric is Metric.EVENT else Counted.VISITORS
            rows = ranking(scope, metric, counted=counted, limit=MOST_ROWS, with_unknown=False)
            archive.writestr(f"{name}.csv", _table(rows))
    return file.getvalue()


def _table(rows: Ranking) -> str:
    """Lines with CRLF between them and none at the end; of nothing, nothing."""
    if not rows:
        return ""
    text = io.StringIO()
    csv.writer(text).writerows([("x", "y"), *((defused(row.name or ""), row.count) for row in rows)])
    return text.getvalue().removesuffix("\r\n")

"""Umami's way, for comparison: the tables of its version 1 and the SQL of five questions as its API describes them.

Written from the description of the schema and the semantics, and filled with the hits that ours hold. PostgreSQL and
MariaDB, the databases that Umami knows.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

SCHEMA = {
    "postgresql": """
        CREATE TABLE um_session (session_id serial PRIMARY KEY, our_id bigint, session_uuid uuid UNIQUE,
            website_id int, created_at timestamptz(6), hostname varchar(100), browser varchar(20), os varchar(20),
            device varchar(20), screen varchar(11), language varchar(35), country char(2));
        CREATE TABLE um_pageview (view_id serial PRIMARY KEY, website_id int, session_id int,
            created_at timestamptz(6), url varchar(500) NOT NULL, referrer varchar(500));
    """,
    "mysql": """
        CREATE TABLE um_session (session_id int unsigned AUTO_INCREMENT PRIMARY KEY, our_id bigint,
            session_uuid varchar(36) UNIQUE, website_id int unsigned, created_at timestamp(0) NULL,
            hostname varchar(100), browser varchar(20), os varchar(20), device varchar(20), screen varchar(11),
            language varchar(35), country char(2)) COLLATE utf8mb4_unicode_ci;
        CREATE TABLE um_pageview (view_id int unsigned AUTO_INCREMENT PRIMARY KEY, website_id int unsigned,
            session_id int unsigned, created_at timestamp(0) NULL, url varchar(500) NOT NULL, referrer varchar(500))
            COLLATE utf8mb4_unicode_ci;
    """,
}
MOMENT = {"postgresql": "to_timestamp({0} / 1000000.0)", "mysql": "FROM_UNIXTIME({0} / 1000000)"}
FILL = """
    INSERT INTO um_session (our_id, session_uuid, website_id, created_at, hostname, browser, os, device, screen,
        language, country)
    SELECT s.id, s.uuid, s.website_id, {session_moment}, h.text, b.text, o.text, d.text, c.text, l.text, n.text
    FROM umami_django_session s
    LEFT JOIN umami_django_term h ON h.id = s.hostname_id LEFT JOIN umami_django_term b ON b.id = s.browser_id
    LEFT JOIN umami_django_term o ON o.id = s.os_id LEFT JOIN umami_django_term d ON d.id = s.device_id
    LEFT JOIN umami_django_term c ON c.id = s.screen_id LEFT JOIN umami_django_term l ON l.id = s.language_id
    LEFT JOIN umami_django_term n ON n.id = s.country_id ORDER BY s.created_at;
    CREATE INDEX um_our_id ON um_session (our_id);
    INSERT INTO um_pageview (website_id, session_id, created_at, url, referrer)
    SELECT p.website_id, s.session_id, {hit_moment}, u.text, r.text
    FROM umami_django_storedhit p JOIN um_session s ON s.our_id = p.session_id
    JOIN umami_django_term u ON u.id = p.url_id LEFT JOIN umami_django_term r ON r.id = p.referrer_id
    WHERE p.kind = 1 ORDER BY p.id;
"""
INDEXES = """
    DROP INDEX um_our_id{on_session};
    CREATE INDEX um_s1 ON um_session (created_at); CREATE INDEX um_s2 ON um_session (website_id);
    CREATE INDEX um_p1 ON um_pageview (created_at); CREATE INDEX um_p2 ON um_pageview (session_id);
    CREATE INDEX um_p3 ON um_pageview (website_id); CREATE INDEX um_p4 ON um_pageview (website_id, created_at);
    CREATE INDEX um_p5 ON um_pageview (website_id, session_id, created_at);
"""
IN_RANGE = "website_id = %(website)s AND created_at BETWEEN %(start)s AND %(end)s"
STATS = {
    "postgresql": f"""
        SELECT sum(c), count(DISTINCT session_id), sum(CASE WHEN c = 1 THEN 1 ELSE 0 END), sum(d)
        FROM (SELECT session_id, date_trunc('hour', created_at) AS h, count(*) AS c,
            floor(extract(epoch FROM max(created_at) - min(created_at))) AS d
            FROM um_pageview WHERE {IN_RANGE} GROUP BY 1, 2) AS groups""",
    "mysql": f"""
        SELECT sum(c), count(DISTINCT session_id), sum(CASE WHEN c = 1 THEN 1 ELSE 0 END), sum(d)
        FROM (SELECT session_id, date_format(created_at, '%%Y-%%m-%%d %%H:00:00') AS h, count(*) AS c,
            floor(unix_timestamp(max(created_at)) - unix_timestamp(min(created_at))) AS d
            FROM um_pageview WHERE {IN_RANGE} GROUP BY 1, 2) AS visits""",
}
BUCKET = {
    "postgresql": "to_char(date_trunc(%(unit)s, created_at AT TIME ZONE %(tz)s), 'YYYY-MM-DD HH24:00:00')",
    "mysql": "date_format(convert_tz(created_at, '+00:00', %(offset)s), %(format)s)",
}
SERIES = (
    "SELECT {bucket} AS t, count({what}) AS y FROM um_pageview WHERE " + IN_RANGE + " GROUP BY 1 ORDER BY 1"
)
URLS = f"SELECT url AS x, count(*) AS y FROM um_pageview WHERE {IN_RANGE} GROUP BY 1 ORDER BY 2 DESC"
REFERRERS = f"""
    SELECT referrer AS x, count(*) AS y FROM um_pageview WHERE {IN_RANGE} AND referrer IS NOT NULL
    AND referrer NOT LIKE %(own)s AND referrer NOT LIKE '/%%' GROUP BY 1 ORDER BY 2 DESC"""
BROWSERS = f"""
    SELECT browser AS x, count(*) AS y FROM um_session
    WHERE session_id IN (SELECT session_id FROM um_pageview WHERE {IN_RANGE}) GROUP BY 1 ORDER BY 2 DESC"""


def build(cursor: Any, vendor: str) -> None:
    """Its tables, filled with the pageviews that ours hold, with its indexes."""
    moment = MOMENT[vendor]
    fill = FILL.format(session_moment=moment.format("s.created_at"), hit_moment=moment.format("p.created_at"))
    indexes = INDEXES.format(on_session=" ON um_session" if vendor == "mysql" else "")
    for script in (SCHEMA[vendor], fill, indexes):
        for statement in filter(str.strip, script.split(";")):
            cursor.execute(statement)
    for table in ("um_session", "um_pageview"):
        cursor.execute(f"ANALYZE {'TABLE ' if vendor == 'mysql' else ''}{table}")
        if vendor == "mysql":
            cursor.fetchall()


def exists(cursor: Any, tables: list[str]) -> bool:
    """Are its tables here already, and full?"""
    if "um_pageview" not in tables:
        return False
    cursor.execute("SELECT count(*) FROM (SELECT 1 FROM um_pageview LIMIT 1) AS one")
    return bool(cursor.fetchone()[0])


def bytes_a_pageview(cursor: Any, vendor: str) -> float:
    """With all indexes."""
    if vendor == "postgresql":
        cursor.execute("SELECT pg_total_relation_size('um_pageview') + pg_total_relation_size('um_session')")
    else:
        cursor.execute(
            "SELECT sum(data_length + index_length) FROM information_schema.tables "
            "WHERE table_schema = database() AND table_name LIKE 'um\\_%'"
        )
    size = float(cursor.fetchone()[0])
    cursor.execute("SELECT count(*) FROM um_pageview")
    return size / float(cursor.fetchone()[0])


def questions(
    vendor: str, website_id: int, domain: str, start: datetime, end: datetime, unit: str, tz: str
) -> Iterator[tuple[str, Callable[[Any], None]]]:
    """Five questions by our names, each as what asks it of a cursor."""
    offset = end.astimezone(ZoneInfo(tz)).strftime("%z")
    values = {
        "website": website_id,
        "start": start,
        "end": end,
        "unit": unit,
        "tz": tz,
        "offset": f"{offset[:3]}:{offset[3:]}",
        "format": {"hour": "%Y-%m-%d %H:00:00", "day": "%Y-%m-%d", "month": "%Y-%m-01"}[unit],
        "own": f"%://{domain}/%",
    }
    before = values | {"start": start - (end - start), "end": start}
    counts = [SERIES.format(bucket=BUCKET[vendor], what=what) for what in ("*", "DISTINCT session_id")]

    def asking(*statements: tuple[str, dict[str, Any]]) -> Callable[[Any], None]:
        def ask(cursor: Any) -> None:
            for statement, parameters in statements:
                cursor.execute(statement, parameters)
                cursor.fetchall()

        return ask

    yield "stats", asking((STATS[vendor], values), (STATS[vendor], before))
    yield f"pageviews by {unit}", asking(*((statement, values) for statement in counts))
    yield "metric url", asking((URLS, values))
    yield "metric referrer", asking((REFERRERS, values))
    yield "metric browser", asking((BROWSERS, values))

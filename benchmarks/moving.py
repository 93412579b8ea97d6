"""How a large Umami 1 moves in: rows a second, memory, and whether it survives being killed.

    python -m benchmarks.moving --server postgres://postgres@127.0.0.1:5432/postgres --rows 1000000 --kills 10

Makes two databases on the server (`umami_moving_source`, `umami_moving_target`) and drops them at the end. The import
runs as `manage.py umami_import` in a process of its own, once without and once with kills.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

SOURCE, TARGET = "umami_moving_source", "umami_moving_target"
UUID = "0f8a1a1e-6a83-4ff6-9c1b-2a2f7d7c0001"
SCHEMA = """
create table account(user_id serial primary key, username varchar(255) unique not null, password varchar(60) not null,
  is_admin bool not null default false, created_at timestamptz default now(), updated_at timestamptz default now());
create table website(website_id serial primary key, website_uuid uuid unique not null, user_id int not null,
  name varchar(100) not null, domain varchar(500), share_id varchar(64) unique, created_at timestamptz default now());
create table session(session_id serial primary key, session_uuid uuid unique not null, website_id int not null,
  created_at timestamptz default now(), hostname varchar(100), browser varchar(20), os varchar(20), device varchar(20),
  screen varchar(11), language varchar(35), country char(2));
create table pageview(view_id serial primary key, website_id int not null, session_id int not null,
  created_at timestamptz default now(), url varchar(500) not null, referrer varchar(500));
create table event(event_id serial primary key, website_id int not null, session_id int not null,
  created_at timestamptz default now(), url varchar(500) not null, event_name varchar(50) not null);
create table event_data(event_data_id serial primary key, event_id int unique not null, event_data jsonb not null);
"""
INDEXES = """
create index on session(created_at); create index on session(website_id);
create index on pageview(created_at); create index on pageview(session_id); create index on pageview(website_id);
create index on pageview(website_id, created_at); create index on pageview(website_id, session_id, created_at);
create index on event(created_at); create index on event(session_id); create index on event(website_id);
"""
# a year of one website: six pageviews a session, Zipf-like over 5,000 pages, 300 referrers; 5 % events, half with data
FILL = """
insert into account(username, password, is_admin) values
  ('admin', '$2b$10$BUli0c.muyCW1ErNJc3jL.vFRFtFJWrT8/GcR4A.sUdCznaXiqFXa', true);
insert into website(website_uuid, user_id, name, domain) values ('{uuid}', 1, 'Large', 'example.com');
insert into session(session_uuid, website_id, created_at, hostname, browser, os, device, screen, language, country)
  select gen_random_uuid(), 1, timestamptz '2025-01-01 00:00+00' + s * interval '1 year' / {sessions}, 'example.com',
    (array['chrome','firefox','safari','edge-chromium'])[1 + s % 4], (array['Windows 10','Linux','iOS'])[1 + s % 3],
    (array['desktop','laptop','mobile'])[1 + s % 3], (array['1920x1080','1366x768','390x844'])[1 + s % 3],
    (array['en-US','de-DE','fr-FR','nl-NL'])[1 + s % 4], (array['DE','US','NL',null])[1 + s % 4]
  from generate_series(1, {sessions}) s;
insert into pageview(website_id, session_id, created_at, url, referrer)
  select 1, s.session_id, s.created_at + v * interval '41.3 seconds',
    '/page/' || (5000 * power(random(), 3))::int || case when random() < 0.05 then '?utm_source=mail' else '' end,
    case when v > 1 then '' else 'https://ref' || (300 * power(random(), 2))::int || '.example/' end
  from session s, generate_series(1, 6) v limit {pageviews};
insert into event(website_id, session_id, created_at, url, event_name)
  select 1, p.session_id, p.created_at + interval '5 seconds', p.url, 'event ' || p.view_id % 20
  from pageview p where p.view_id % 20 = 0;
insert into event_data(event_id, event_data)
  select event_id, jsonb_build_object('price', event_id % 100, 'plan', 'pro') from event where event_id % 2 = 0;
"""


def main() -> None:
    options = arguments()
    server = options.server
    with databases(server):
        rows = make_source(at(server, SOURCE), options.rows)
        print(f"source: {rows:,} rows")
        migrate(server)
        seconds, peak, output = run(server)
        print(output)
        print(
            f"without kills: {rows / seconds:,.0f} rows a second with all that goes with it, peak {peak:,.0f} MB"
        )
        with databases(server, only=TARGET):
            migrate(server)
            killed(server, options.kills, rows)
            _, peak, output = run(server)
            print(output)
            print(f"after {options.kills} kills: peak of the last run {peak:,.0f} MB")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", default="postgres://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("--rows", type=int, default=1_000_000, help="pageviews, sessions and events together")
    parser.add_argument("--kills", type=int, default=10)
    return parser.parse_args()


def at(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


@contextmanager
def databases(server: str, only: str | None = None) -> Iterator[None]:
    names = [only] if only else [SOURCE, TARGET]
    with psycopg.connect(server, autocommit=True) as connection:
        for name in names:
            connection.execute(f"drop database if exists {name} with (force)")
            connection.execute(f"create database {name}")
        try:
            yield
        finally:
            for name in names:
                connection.execute(f"drop database if exists {name} with (force)")


def make_source(url: str, rows: int) -> int:
    """About *rows* rows: of 100, 13 are sessions, 83 pageviews, 4 events."""
    sessions, pageviews = int(rows / 7.3), int(rows / 7.3 * 6)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        connection.execute(FILL.format(uuid=UUID, sessions=sessions, pageviews=pageviews))
        connection.execute(INDEXES)
        connection.execute("analyze")
        tables = ("session", "pageview", "event")
        return sum(connection.execute(f"select count(*) from {table}").fetchone()[0] for table in tables)


def command(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]


def environment(server: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": at(server, TARGET), "DEBUG": "false", "SECRET_KEY": "x" * 50}


def migrate(server: str) -> None:
    subprocess.run(command("migrate", "-v0"), env=environment(server), check=True)


def run(server: str) -> tuple[float, float, str]:
    """Seconds, peak memory in MB, and what it told."""
    started = time.monotonic()
    process = subprocess.Popen(
        command("umami_import", at(server, SOURCE)),
        env=environment(server),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, output
    return time.monotonic() - started, usage.ru_maxrss / 1024, output.strip()


def killed(server: str, times: int, rows: int) -> None:
    """Start the import and kill it, again and again, each time somewhere in the next part of the work."""
    for number in range(times):
        wanted = rows * (number + random.random()) / times
        process = subprocess.Popen(
            command("umami_import", at(server, SOURCE)), env=environment(server), stdout=subprocess.DEVNULL
        )
        while held(server) < wanted and process.poll() is None:
            time.sleep(random.uniform(0.01, 0.1))
        was_running = process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        print(f"kill {number + 1}: {held(server):,} rows are here, was running: {was_running}", flush=True)


def held(server: str) -> int:
    with psycopg.connect(at(server, TARGET)) as connection:
        return sum(
            connection.execute(f"select count(*) from umami_django_{table}").fetchone()[0]
            for table in ("session", "storedhit")
        )


if __name__ == "__main__":
    main()

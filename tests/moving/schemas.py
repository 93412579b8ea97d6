"""Umami's tables in several versions, as its migrations make them (v1 reference 6.2, v3 reference 5).

`{serial}`, `{uuid}`, `{ts}`, `{json}` stand for what each database calls them.
"""

TYPES = {
    "postgresql": {
        "serial": "serial primary key",
        "int": "int",
        "uuid": "uuid",
        "ts": "timestamptz(6) default now()",
        "json": "jsonb",
    },
    "mysql": {
        "serial": "int unsigned not null auto_increment primary key",
        "int": "int unsigned",
        "uuid": "varchar(36)",
        "ts": "timestamp null default current_timestamp",
        "json": "json",
    },
    "sqlite": {
        "serial": "integer primary key autoincrement",
        "int": "int",
        "uuid": "varchar(36)",
        "ts": "timestamp",
        "json": "text",
    },
}

V1_COMMON = """
create table account(user_id {serial}, username varchar(255) unique not null, password varchar(60) not null,
  is_admin boolean not null default false, created_at {ts}, updated_at {ts});
create table website(website_id {serial}, website_uuid {uuid} unique not null, user_id {int} not null,
  name varchar(100) not null, domain varchar(500), share_id varchar(64) unique, created_at {ts});
create table session(session_id {serial}, session_uuid {uuid} unique not null, website_id {int} not null,
  created_at {ts}, hostname varchar(100), browser varchar(20), os varchar(20), device varchar(20),
  screen varchar(11), language varchar(35), country char(2));
create table pageview(view_id {serial}, website_id {int} not null, session_id {int} not null, created_at {ts},
  url varchar(500) not null, referrer varchar(500));
create index pageview_website_time on pageview(website_id, created_at);
create table _prisma_migrations(id varchar(36));
"""
V1_OLD_EVENT = """
create table {name}(event_id {serial}, website_id {int} not null, session_id {int} not null, created_at {ts},
  url varchar(500) not null, event_type varchar(50) not null, event_value varchar(50) not null);
"""
V1_NEW_EVENT = """
create table event(event_id {serial}, website_id {int} not null, session_id {int} not null, created_at {ts},
  url varchar(500) not null, event_name varchar(50) not null);
create table event_data(event_data_id {serial}, event_id {int} unique not null, event_data {json} not null);
"""
V1_EARLY = V1_COMMON + V1_OLD_EVENT.replace("{name}", "event")
"""1.0 to 1.36."""
V1_LATE = V1_COMMON + V1_NEW_EVENT
"""1.37 and 1.38, installed as such."""
V1_UPGRADED = V1_LATE + V1_OLD_EVENT.replace("{name}", "_event_old")
"""1.37 and 1.38, upgraded from an earlier one."""
V1_LAST = (
    V1_LATE
    + "alter table account add column account_uuid {uuid}; alter table event add column event_uuid {uuid};"
)
"""1.39 and 1.40."""

MODERN_COMMON = """
create table "user"(user_id {uuid} primary key, username varchar(255) unique not null, password varchar(60) not null,
  role varchar(50) not null, created_at {ts}, updated_at {ts}, deleted_at timestamp);
create table team(team_id {uuid} primary key, name varchar(50) not null, access_code varchar(50), created_at {ts});
create table team_user(team_user_id {uuid} primary key, team_id {uuid} not null, user_id {uuid} not null,
  role varchar(50) not null, created_at {ts}, updated_at {ts});
create table _prisma_migrations(id varchar(36));
"""
V2_EARLY = (
    MODERN_COMMON
    + """
create table website(website_id {uuid} primary key, name varchar(100) not null, domain varchar(500),
  share_id varchar(50) unique, reset_at {null_ts}, user_id {uuid}, created_at {ts}, updated_at {ts},
  deleted_at {null_ts});
create table session(session_id {uuid} primary key, website_id {uuid} not null, hostname varchar(100),
  browser varchar(20), os varchar(20), device varchar(20), screen varchar(11), language varchar(35), country char(2),
  subdivision1 char(3), subdivision2 varchar(50), city varchar(50), created_at {ts});
create table website_event(event_id {uuid} primary key, website_id {uuid} not null, session_id {uuid} not null,
  created_at {ts}, url_path varchar(500) not null, url_query varchar(500), referrer_path varchar(500),
  referrer_query varchar(500), referrer_domain varchar(500), page_title varchar(500),
  event_type int not null default 1, event_name varchar(50));
create table event_data(event_id {uuid} primary key, website_id {uuid} not null, website_event_id {uuid} not null,
  event_key varchar(500) not null, event_string_value varchar(500), event_numeric_value decimal(19,4),
  event_date_value {null_ts}, event_data_type int not null, created_at {ts});
create table team_website(team_website_id {uuid} primary key, team_id {uuid}, website_id {uuid}, created_at {ts});
"""
)
"""2.0: hostname and subdivisions in the session, no visits, no utm, old names of values, a share id per website."""
LEAVES = """data_key varchar(500) not null, string_value varchar(500), number_value decimal(19,4),
  date_value {null_ts}, data_type int not null, created_at {ts}"""
V3 = (
    MODERN_COMMON
    + """
create table website(website_id {uuid} primary key, name varchar(100) not null, domain varchar(500),
  reset_at {null_ts}, user_id {uuid}, team_id {uuid}, created_by {uuid}, created_at {ts}, updated_at {ts},
  deleted_at {null_ts}, replay_enabled boolean default false, replay_config {json});
create table session(session_id {uuid} primary key, website_id {uuid} not null, browser varchar(20), os varchar(20),
  device varchar(20), screen varchar(11), language varchar(35), country char(2), region varchar(20), city varchar(50),
  distinct_id varchar(50), created_at {ts});
create table website_event(event_id {uuid} primary key, website_id {uuid} not null, session_id {uuid} not null,
  visit_id {uuid} not null, created_at {ts}, url_path varchar(500) not null, url_query varchar(500),
  utm_source varchar(255), utm_medium varchar(255), utm_campaign varchar(255), utm_content varchar(255),
  utm_term varchar(255), referrer_path varchar(500), referrer_query varchar(500), referrer_domain varchar(500),
  page_title varchar(500), gclid varchar(255), fbclid varchar(255), msclkid varchar(255), ttclid varchar(255),
  li_fat_id varchar(255), twclid varchar(255), event_type int not null default 1, event_name varchar(50),
  tag varchar(50), hostname varchar(100), lcp decimal(10,1), inp decimal(10,1), cls decimal(10,4), fcp decimal(10,1),
  ttfb decimal(10,1));
create index website_event_website_time on website_event(website_id, created_at);
create table event_data(event_data_id {uuid} primary key, website_id {uuid} not null,
  website_event_id {uuid} not null, {leaves});
create table session_data(session_data_id {uuid} primary key, website_id {uuid} not null, session_id {uuid} not null,
  {leaves}, distinct_id varchar(50));
create table revenue(revenue_id {uuid} primary key, website_id {uuid}, session_id {uuid}, event_id {uuid},
  event_name varchar(50), currency varchar(10), revenue decimal(19,4), created_at {ts});
create table report(report_id {uuid} primary key, user_id {uuid}, website_id {uuid}, type varchar(50),
  name varchar(200), description varchar(500), parameters {json}, created_at {ts});
create table segment(segment_id {uuid} primary key, website_id {uuid}, type varchar(50), name varchar(200),
  parameters {json}, created_at {ts});
create table link(link_id {uuid} primary key, name varchar(100), url varchar(500), slug varchar(100));
create table pixel(pixel_id {uuid} primary key, name varchar(100), slug varchar(100));
create table board(board_id {uuid} primary key, type varchar(50), name varchar(200), parameters {json});
create table share(share_id {uuid} primary key, entity_id {uuid} not null, name varchar(200), share_type int not null,
  slug varchar(100) unique not null, parameters {json}, created_at {ts});
create table session_replay(replay_id {uuid} primary key, website_id {uuid}, session_id {uuid}, visit_id {uuid});
create table session_replay_saved(saved_replay_id {uuid} primary key, name varchar(100), website_id {uuid});
""".replace("{leaves}", LEAVES)
)
"""3.1."""
V2_LATE = (
    V3.replace(
        "deleted_at {null_ts}, replay_enabled boolean default false, replay_config {json}",
        "deleted_at {null_ts}, share_id varchar(50) unique",
    )
    .split("create table link(")[0]
    .replace(
        ", lcp decimal(10,1), inp decimal(10,1), cls decimal(10,4), fcp decimal(10,1),\n  ttfb decimal(10,1)",
        "",
    )
)
"""2.19 or so: columns as in 3, share ids at the websites."""


def ddl(schema: str, vendor: str) -> list[str]:
    """The statements that make the tables."""
    text = schema.replace("{null_ts}", TYPES[vendor]["ts"].split(" default")[0])
    for name, kind in TYPES[vendor].items():
        text = text.replace("{" + name + "}", kind)
    return [statement for statement in text.split(";") if statement.strip()]

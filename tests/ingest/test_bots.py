# ruff: noqa: E501  user agents are as long as they are
"""Programs are told from people (v1 reference, appendix)."""

import time

import pytest

from umami_django.ingest.bots import bot_rule

from .test_useragent import AGENTS

BOTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Mozilla/5.0 (compatible; AhrefsBot/5.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (compatible; Ezooms/1.0; help@moz.com)",
    "Mozilla/5.0 (Windows NT 6.1; rv:6.0) Gecko/20110814 Firefox/6.0 Google favicon",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/98 Mobile Safari/537.36 Chrome-Lighthouse",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
    "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider)",
    "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
    "facebookexternalhit/1.1",
    "curl/7.88.1",
    "Wget/1.21.3",
    "python-requests/2.31.0",
    "Go-http-client/2.0",
    "okhttp/4.12.0",
    "axios/1.7.2",
    "node",
    "Mozilla/5.0",
    "Mozilla/4.0 (compatible;)",
    "UniversalFeedParser/4.2-pre-314-svn +http://feedparser.org/",
    "Tiny Tiny RSS/1.11 (http://tt-rss.org/)",
    "PostmanRuntime/7.39.0",
]


@pytest.mark.parametrize("user_agent", BOTS)
def test_programs_are_bots(user_agent: str) -> None:
    assert bot_rule(user_agent)


PEOPLE = [row[0] for row in AGENTS if row[0] and not row[0].startswith("curl")]


@pytest.mark.parametrize("user_agent", [*PEOPLE, "", "Mozilla/5.0 Umami/0.2.0"])
def test_people_are_not(user_agent: str) -> None:
    assert bot_rule(user_agent) is None


def test_an_endless_user_agent_is_quick() -> None:
    started = time.perf_counter()
    bot_rule("a " * 500_000)
    bot_rule("x" * 1_000_000)
    assert time.perf_counter() - started < 1

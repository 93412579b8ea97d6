# ruff: noqa: E501  user agents are as long as they are
"""Browsers, systems and devices by Umami's names (v1 reference 4.7, 5.1, 5.2)."""

import time

import pytest

from umami_django.ingest.useragent import Agent, agent, device

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
LINUX = "Mozilla/5.0 (X11; Linux x86_64)"
PIXEL = "Mozilla/5.0 (Linux; Android 14; Pixel 8)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPAD = "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"

AGENTS: list[tuple[str, str | None, str | None, str | None]] = [
    (f"{WINDOWS} {WEBKIT} Chrome/126.0.0.0 Safari/537.36", "chrome", "Windows 10", "desktop"),
    (
        f"{WINDOWS} {WEBKIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
        "edge-chromium",
        "Windows 10",
        "desktop",
    ),
    (f"{WINDOWS} {WEBKIT} Chrome/126.0.0.0 Safari/537.36 OPR/112.0.0.0", "opera", "Windows 10", "desktop"),
    (
        f"{WINDOWS} {WEBKIT} Chrome/124.0.0.0 YaBrowser/24.6.0 Safari/537.36",
        "yandexbrowser",
        "Windows 10",
        "desktop",
    ),
    (f"{WINDOWS} {WEBKIT} Chrome/126.0.0.0 Safari/537.36 Vivaldi/6.8", "chrome", "Windows 10", "desktop"),
    (f"{WINDOWS[:-1]}; rv:127.0) Gecko/20100101 Firefox/127.0", "firefox", "Windows 10", "desktop"),
    (f"{WINDOWS} {WEBKIT} Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763", "edge", "Windows 10", "desktop"),
    (
        f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
        "safari",
        "Mac OS",
        "desktop",
    ),
    (f"{MAC} {WEBKIT} Chrome/126.0.0.0 Safari/537.36", "chrome", "Mac OS", "desktop"),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0",
        "firefox",
        "Mac OS",
        "desktop",
    ),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "firefox", "Linux", "desktop"),
    (f"{LINUX} {WEBKIT} Chrome/126.0.0.0 Safari/537.36", "chrome", "Linux", "desktop"),
    (
        f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/126.0.0.0 Safari/537.36",
        "chrome",
        "Chrome OS",
        "desktop",
    ),
    (f"{PIXEL} {WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36", "chrome", "Android OS", "mobile"),
    (
        f"Mozilla/5.0 (Linux; Android 13; SM-X200) {WEBKIT} Chrome/126.0.0.0 Safari/537.36",
        "chrome",
        "Android OS",
        "tablet",
    ),
    (
        f"Mozilla/5.0 (Linux; Android 14; SM-S921B) {WEBKIT} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
        "samsung",
        "Android OS",
        "mobile",
    ),
    (
        f"Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) {WEBKIT} Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36",
        "chromium-webview",
        "Android OS",
        "mobile",
    ),
    (
        "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0",
        "firefox",
        "Android OS",
        "mobile",
    ),
    (
        "Mozilla/5.0 (Linux; U; Android 2.3.5; en-us) AppleWebKit/533.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/533.1",
        "android",
        "Android OS",
        "mobile",
    ),
    (f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "ios", "iOS", "mobile"),
    (f"{IPHONE} CriOS/126.0.6478.35 Mobile/15E148 Safari/604.1", "crios", "iOS", "mobile"),
    (f"{IPHONE} FxiOS/127.0 Mobile/15E148 Safari/605.1.15", "fxios", "iOS", "mobile"),
    (f"{IPHONE} Version/17.0 EdgiOS/125.0 Mobile/15E148 Safari/605.1.15", "edge-ios", "iOS", "mobile"),
    (f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/467.0.0.38;FBBV/1]", "facebook", "iOS", "mobile"),
    (f"{IPHONE} Mobile/15E148 Instagram 336.0.5 (iPhone14,5)", "instagram", "iOS", "mobile"),
    (f"{IPHONE} Mobile/15E148", "ios-webview", "iOS", "mobile"),
    (f"{IPAD} Version/16.6 Mobile/15E148 Safari/604.1", "ios", "iOS", "tablet"),
    ("Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko", "ie", "Windows 7", "desktop"),
    ("Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)", "ie", "Windows 8", "desktop"),
    ("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1)", "ie", "Windows XP", "desktop"),
    ("Opera/9.80 (Windows NT 6.0) Presto/2.12.388 Version/12.14", "opera", "Windows Vista", "desktop"),
    ("Opera/9.80 (J2ME/MIDP; Opera Mini/7.1; U; en) Presto/2.8.119 Version/11.10", "opera-mini", None, None),
    (
        "Mozilla/5.0 (BB10; Touch) AppleWebKit/537.10 (KHTML, like Gecko) Version/10.0.9 Mobile Safari/537.10",
        "bb10",
        "BlackBerry OS",
        "mobile",
    ),
    ("curl/8.1.2", "curl", None, None),
    ("", None, None, None),
]


@pytest.mark.parametrize(("user_agent", "browser", "os", "kind"), AGENTS, ids=[row[0][:60] for row in AGENTS])
def test_agents(user_agent: str, browser: str | None, os: str | None, kind: str | None) -> None:
    assert agent(user_agent) == Agent(browser, os)
    assert device(os, None, user_agent) == kind


def test_the_library_knows_what_the_tables_do_not() -> None:
    television = (
        "Mozilla/5.0 (SMART-TV; Tizen 6.0) AppleWebKit/538.1 (KHTML, like Gecko) Version/6.0 TV Safari/538.1"
    )
    assert agent(television) == Agent("safari", "Tizen")
    old_phone = "Nokia6100/1.0 (04.01) Profile/MIDP-1.0 Configuration/CLDC-1.0"
    assert agent(old_phone) == Agent("nokia-services-(wap)", None)


@pytest.mark.parametrize(
    ("os", "screen", "kind"),
    [
        ("Windows 10", "1919x1080", "laptop"),
        ("Windows 10", "1920x1080", "desktop"),
        ("Chrome OS", "2560x1440", "laptop"),
        ("iOS", "479x900", "mobile"),
        ("iOS", "480x900", "tablet"),
        ("Amazon OS", "100x100", "tablet"),
        (None, "478x1", "mobile"),
        (None, "479x1", "tablet"),
        (None, "1024x1", "laptop"),
        (None, "1920x1", "desktop"),
        ("Windows CE", "800x600", "tablet"),
        ("Linux", "widexhigh", "desktop"),
        ("Android OS", "widexhigh", "mobile"),
        (None, "widexhigh", "mobile"),
    ],
)
def test_devices_by_screen(os: str | None, screen: str, kind: str) -> None:
    assert device(os, screen, "") == kind


def test_an_endless_user_agent_is_quick() -> None:
    started = time.perf_counter()
    agent("Mozilla/5.0 (" + "A" * 1_000_000)
    agent("(" * 1_000_000)
    assert time.perf_counter() - started < 1

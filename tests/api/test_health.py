"""Health, for load balancers."""

from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings

from umami_django.services import health


def test_all_is_well(client: Client, db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        answer = client.get("/api/health")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "database": "ok", "writer": "ok"})
    assert "no-cache" in answer["Cache-Control"]
    assert client.get("/api/health/").status_code == client.head("/api/health").status_code == 200
    assert client.post("/api/health").status_code == 405


def test_a_token_that_would_need_the_database_is_not_looked_at(client: Client, db: None) -> None:
    assert client.get("/api/health", headers={"x-umami-api-key": "umami_x"}).status_code == 200


def test_the_database_is_away(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> Any:
        raise OperationalError("password of admin is hunter2")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", away)
        answer = client.get("/api/health")
    assert (answer.status_code, answer.json()) == (503, {"ok": False, "database": "away", "writer": "ok"})


def test_the_writer_is_stalled(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "is_stalled", lambda: True)
    answer = client.get("/api/health")
    assert (answer.status_code, answer.json()["writer"]) == (503, "stalled")


def test_the_journal(client: Client, db: None, tmp_path: Path) -> None:
    settings = {"COLLECT_WRITER": "journal", "JOURNAL_DIRECTORY": str(tmp_path), "JOURNAL_MAX_BYTES": 10}
    with override_settings(UMAMI=settings):
        assert client.get("/api/health").json()["journal"] == "ok"
        (tmp_path / "1.journal").write_bytes(b"x" * 10)
        answer = client.get("/api/health")
        assert (answer.status_code, answer.json()["journal"]) == (503, "full")
    with override_settings(UMAMI=settings | {"JOURNAL_DIRECTORY": None}):
        assert client.get("/api/health").json()["journal"] == "unusable"

"""One text for two engines: what is rewritten, and what must be left alone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mboa.storage.sql import bind_psycopg, bind_sqlite, for_psycopg, for_sqlite, holds_time, time_text


@pytest.mark.parametrize(
    ("written", "psycopg"),
    [
        ("SELECT :a, :b_2", "SELECT %(a)s, %(b_2)s"),
        ("SELECT ':a', 'it''s :b', \":c\"", "SELECT ':a', 'it''s :b', \":c\""),
        ("SELECT :a::text, b::text[]", "SELECT %(a)s::text, b::text[]"),
        ("SELECT 7 % 2 -- 100 % of :a", "SELECT 7 %% 2 -- 100 %% of :a"),
        ("WHERE a LIKE '%x%' /* :b's */ AND c = :c", "WHERE a LIKE '%%x%%' /* :b's */ AND c = %(c)s"),
        ("SELECT 1 FOR UPDATE OF r SKIP LOCKED", "SELECT 1 FOR UPDATE OF r SKIP LOCKED"),
    ],
)
def test_what_psycopg_is_given(written: str, psycopg: str) -> None:
    assert for_psycopg(written) == psycopg


@pytest.mark.parametrize(
    ("written", "sqlite"),
    [
        ("SELECT :a FROM t FOR UPDATE", "SELECT :a FROM t"),
        ("SELECT 1 FROM t\nFOR UPDATE OF r, q SKIP LOCKED LIMIT 1", "SELECT 1 FROM t LIMIT 1"),
        ("(SELECT 1 FOR NO KEY UPDATE NOWAIT)", "(SELECT 1)"),
        ("SELECT ' FOR UPDATE', a LIKE '%'", "SELECT ' FOR UPDATE', a LIKE '%'"),
        ("ON CONFLICT DO UPDATE SET a = :a::jsonb", "ON CONFLICT DO UPDATE SET a = :a"),
    ],
)
def test_what_sqlite_is_given(written: str, sqlite: str) -> None:
    assert for_sqlite(written) == sqlite


def test_times_are_text_of_one_width() -> None:
    evening = datetime(2026, 11, 23, 21, 5, tzinfo=timezone(timedelta(hours=1)))
    assert time_text(evening) == "2026-11-23T20:05:00.000000Z"
    assert time_text(evening.replace(microsecond=1)) == "2026-11-23T20:05:00.000001Z"
    assert datetime.fromisoformat(time_text(evening)) == evening


def test_times_without_a_zone_are_refused_on_both() -> None:
    naive = {"at": datetime(2026, 11, 23, tzinfo=UTC).replace(tzinfo=None)}
    with pytest.raises(ValueError, match="2026-11-23"):
        bind_sqlite(naive)
    with pytest.raises(ValueError, match="2026-11-23"):
        bind_psycopg(naive)


def test_a_time_is_known_by_its_column_s_name() -> None:
    assert [holds_time(name) for name in ("due_at", "at", "format", "at_home")] == [True, True, False, False]

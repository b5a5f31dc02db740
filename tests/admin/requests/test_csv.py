"""The table of requests: whole, as French spreadsheets read it, and with nothing live in it."""

import csv
import io

import pytest

from mboa.admin.requests_csv import CHUNK, safe
from mboa.storage.store import Connection
from tests.admin.requests.test_list import URL, asked_by
from tests.admin.stage import at_desk
from tests.city import City


async def table(city: City, query: str = "", role: str = "operator") -> list[dict[str, str]]:
    """The table's rows by the names of its columns."""
    async with at_desk(city, role) as desk:  # type: ignore[arg-type]
        answer = await desk.get(f"{URL}.csv?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


async def test_a_row_is_what_a_french_reader_expects(city: City) -> None:
    await asked_by(city, "Thérèse")
    [row] = await table(city)
    assert (row["Demande"], row["État"], row["Métier"]) == ("MB-1", "Sans dépanneur", "Plomberie")
    assert (row["Créée"], row["Quartier"], row["Close"]) == ("23/11/2026 09:00", "Bonamoussadi", "")
    assert (row["Client"], row["Téléphone"]) == ("Thérèse", "'+237677000001")


async def test_viewers_take_no_number_with_them(city: City) -> None:
    await asked_by(city, "Thérèse 699 88 77 66")
    [row] = await table(city, role="viewer")
    assert row["Téléphone"] == "'+237 6•• •• •• 01"
    assert "699 88" not in str(row)


async def test_filters_are_the_same_as_those_of_the_list(city: City) -> None:
    for name in ("Mireille", "Awa"):
        await asked_by(city, name)
    assert [row["Client"] for row in await table(city, "q=awa")] == ["Awa"]
    assert [row["Client"] for row in await table(city, "sort=-created&limit=1")] == ["Mireille", "Awa"]
    assert await table(city, "status=completed") == []


async def test_a_long_table_is_whole_and_has_nobody_twice(city: City) -> None:
    await asked_by(city, "Mireille")
    await city.mboa.office.store.write(_many, 2 * CHUNK + 7)
    codes = [row["Demande"] for row in await table(city)]
    assert len(codes) == len(set(codes)) == 2 * CHUNK + 8
    await city.mboa.office.store.write(_none_of_them)


def _many(conn: Connection, number: int) -> None:
    """Requests of one moment: only their ids tell them apart."""
    conn.many(
        "INSERT INTO requests (client_id, status, service, token, created_at, closed_at) "
        "SELECT MIN(client_id), 'cancelled', 'plumbing', :token, :at, :at FROM requests",
        [{"token": f"t{n}", "at": conn.now} for n in range(number)],
    )


def _none_of_them(conn: Connection) -> None:
    conn.run("DELETE FROM requests WHERE id > 1")


async def test_a_clients_name_is_never_a_formula(city: City) -> None:
    for name in ("=cmd|' /C calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "＝1+1"):
        await asked_by(city, name)
    assert [row["Client"][:2] for row in await table(city, "sort=-created")] == ["'=", "'+", "'-", "'@", "'＝"]


@pytest.mark.parametrize(
    ("cell", "told"),
    [("=1", "'=1"), (" =1", "' =1"), ("\t1", "'\t1"), ("\r=1", "'\r=1"), ("a=1", "a=1"), (None, ""), ("a\0b", "ab")],
)
def test_only_what_would_come_alive_is_touched(cell: str | None, told: str) -> None:
    assert safe(cell) == told


async def test_the_log_knows_who_took_what_and_no_name(city: City) -> None:
    await asked_by(city, "Mireille")
    await table(city, "q=Mireille&status=open", role="viewer")
    [note] = await city.rows("SELECT action, subject, after_json FROM audit WHERE action = 'requests_exported'")
    assert '"count":1' in note["after_json"]
    assert '"status":"open"' in note["after_json"]
    assert "Mireille" not in note["after_json"]

"""The command line: what it prints, and its exit codes."""

import asyncio
import json
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner, Result

from mboa.channels.base import Batch, Parked
from mboa.channels.intake import keep_batches
from mboa.cli import main
from mboa.kept_secret import kept_secret
from mboa.keyring import Keyring
from mboa.storage.migrations import versions
from mboa.storage.sqlite import SqliteStore
from mboa.storage.store import Connection, Row

T = TypeVar("T")

HEADER = "name,phone,services,zones,available,latitude,longitude\n"
PAUL = "Paul Ekambi,6 99 00 00 01,plumbing|electricity,bonamoussadi|makepe,true,4.09,9.74\n"


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MBOA_DATA_DIR", str(tmp_path / "var"))


def mboa(*arguments: str, text: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=text)


def importing(csv: str, *options: str) -> Result:
    Path("providers.csv").write_text(csv, encoding="utf-8")
    return mboa("providers", "import", "providers.csv", *options)


def test_understand_prints_one_object() -> None:
    answer = json.loads(mboa("understand", "fuite d'eau à Makepe demain matin").stdout)
    assert answer["service"] == "plumbing"
    assert answer["place"] == {"text": "Makepe", "zone": "makepe", "city": "douala"}
    assert answer["time"] == {"text": "demain matin", "kind": "tomorrow_morning", "urgent": False}
    keys = ["intent", "service", "place", "time", "problem", "rating", "language", "confidence"]
    assert list(answer) == keys


def test_understand_reads_lines_with_ids_and_what_was_asked() -> None:
    lines = '{"text": "5", "id": "a", "expecting": "rating"}\n\n{"text": "5"}\n'
    first, second = (json.loads(line) for line in mboa("understand", "--jsonl", text=lines).stdout.splitlines())
    assert (first["id"], first["intent"], first["rating"]) == ("a", "rating", 5)
    assert second["rating"] is None
    assert "id" not in second


@pytest.mark.parametrize("line", ["pas du json", "[]", '{"text": 5}', '{"text": "a", "expecting": "gift"}', "[" * 9999])
def test_a_bad_line_is_named(line: str) -> None:
    result = mboa("understand", "--jsonl", text='{"text": "bonjour"}\n' + line + "\n")
    assert result.exit_code == 1
    assert "line 2" in result.stderr


def test_understand_without_words_is_wrong_usage() -> None:
    assert mboa("understand").exit_code == 2


def test_providers_come_in_and_go_out_alike() -> None:
    assert importing(HEADER + PAUL).stdout == "1 added, 0 updated\n"
    exported = mboa("providers", "export").stdout
    row = "Paul Ekambi,+237699000001,plumbing|electricity,bonamoussadi|makepe,true,4.09,9.74\n"
    assert exported == HEADER + row
    assert importing(exported.replace("Ekambi", "Ebongue")).stdout == "0 added, 1 updated\n"
    assert "Paul Ebongue" in mboa("providers", "export").stdout


def test_a_dry_run_changes_nothing() -> None:
    assert importing(HEADER + PAUL, "--dry-run").stdout == "1 added, 0 updated (dry run)\n"
    assert mboa("providers", "export").stdout == HEADER


def test_every_bad_line_is_named_and_nothing_is_changed() -> None:
    bad = "Awa,123,plumbing,atlantis,true,,\n,699000002,magic,makepe,maybe,4.0,\n"
    result = importing(HEADER + PAUL + bad + PAUL)
    assert result.exit_code == 1
    for words in ("line 3", "'123'", "'atlantis'", "line 4", "name is empty", "'magic'", "'maybe'", "line 5"):
        assert words in result.stderr
    assert mboa("providers", "export").stdout == HEADER


def test_a_file_without_its_columns_is_refused() -> None:
    result = importing("nom;téléphone\nPaul;699000001\n")
    assert result.exit_code == 1
    assert "column(s) missing" in result.stderr


def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MBOA_QUIET_HOURS", "la nuit")
    result = mboa("migrate")
    assert result.exit_code == 1
    assert "MBOA_QUIET_HOURS" in result.stderr
    assert "21:30-06:00" in result.stderr


def test_the_roles_apart_need_postgresql() -> None:
    for role in ("web", "worker"):
        result = mboa(role)
        assert result.exit_code == 1
        assert "MBOA_DATABASE_URL" in result.stderr


def test_migrate_says_what_it_did() -> None:
    known = sorted(path.stem[1:] for path in (Path(versions.__path__[0])).glob("v*.py"))
    assert mboa("migrate").stdout.splitlines() == known
    assert known[0] == "0001_ground"
    assert mboa("migrate").stdout == "nothing to do\n"


PIN = {"id": "wamid.1", "from": "237677000001", "type": "text", "text": {"body": "fuite à Makepe"}}


def test_parked_messages_are_shown_and_tried_again() -> None:
    assert mboa("parked").stdout == "nothing is parked\n"
    # What an older reader could not read, as it keeps it: the piece itself.
    parked = Batch(parked=(Parked("whatsapp", "an unknown kind", json.dumps(PIN)), Parked("whatsapp", "not JSON", "{")))
    keep(parked)
    assert [line.split("\t")[2:] for line in mboa("parked").stdout.splitlines()] == [
        ["unreadable", "an unknown kind"],
        ["unreadable", "not JSON"],
    ]
    again = mboa("parked", "retry", "--all")
    assert (again.exit_code, again.stderr) == (1, "Error: 1 taken; still parked or unknown: [2]\n")
    assert [line.split("\t")[0] for line in mboa("parked").stdout.splitlines()] == ["2"]
    assert kept() == ["fuite à Makepe"]


def test_a_retry_names_what_it_retries() -> None:
    assert mboa("parked", "retry").exit_code == 2
    assert mboa("parked", "retry", "7").stderr.endswith("Error: 0 taken; still parked or unknown: [7]\n")


def keep(batch: Batch) -> None:
    store = SqliteStore(Path("var/mboa.db"), keys=Keyring([kept_secret(Path("var"))]))
    asyncio.run(_with(store, store.write(keep_batches, [batch], timedelta(0), timedelta(minutes=10))))


def kept() -> list[str]:
    store = SqliteStore(Path("var/mboa.db"), keys=Keyring([kept_secret(Path("var"))]))
    rows = asyncio.run(_with(store, store.read(received)))
    return [row["text"] for row in rows]


def received(conn: Connection) -> list[Row]:
    return conn.all("SELECT text FROM v_messages WHERE status = 'received'")


async def _with(store: SqliteStore, work: Awaitable[T]) -> T:
    await store.open()
    try:
        return await work
    finally:
        await store.close()

"""`mboa places import` while the house is open: all lines or none, known to a running process without a restart."""

from pathlib import Path

from click.testing import CliRunner, Result

from mboa.cli import main
from mboa.places import import_places
from mboa.understanding import atlas
from tests.city import City

FILE = b"name,aliases,kind,city,lat,lon\nTambakoum,tambakum,zone,Douala,4.0501,9.7102\n"
NEED = "fuite d'eau à Tambakoum demain matin"


async def zone_of_the_newest(city: City) -> str | None:
    rows = await city.rows("SELECT zone FROM v_requests ORDER BY id DESC LIMIT 1")
    zone: str | None = rows[0]["zone"]
    return zone


async def test_a_running_house_knows_what_was_imported_at_its_next_look(city: City) -> None:
    mireille, awa = city.client("Mireille"), city.client("Awa")
    await mireille.writes(NEED)
    assert await zone_of_the_newest(city) is None
    result = await import_places(city.mboa.office.store, FILE)
    assert (result.added, result.updated, result.problems) == (1, 0, [])
    atlas.install(())  # the import ran in another process
    await city.mboa.places.look()
    await city.provider("Paul", zones="tambakoum")
    await awa.writes(NEED)
    await awa.writes("OUI")
    assert await zone_of_the_newest(city) == "tambakoum"
    assert await city.offers() == ["open"]


async def test_a_new_process_knows_them_from_its_start(city: City) -> None:
    await import_places(city.mboa.office.store, FILE)
    atlas.install(())
    await city.restart()
    mireille = city.client("Mireille")
    await mireille.writes(NEED)
    assert await zone_of_the_newest(city) == "tambakoum"


async def test_the_same_file_again_adds_nothing(city: City) -> None:
    store = city.mboa.office.store
    await import_places(store, FILE)
    again = await import_places(store, FILE.replace(b"tambakum", b"tambakum;carrefour tambakoum"))
    assert (again.added, again.updated) == (0, 1)
    assert [place.aliases for place in atlas.imported()] == [("tambakum", "carrefour tambakoum")]


def run(tmp_path: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["places", "import", *words], env={"MBOA_DATA_DIR": str(tmp_path / "var")})


def test_the_command_takes_all_lines_or_none(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(FILE)
    bad.write_bytes(FILE + b"Awa,,planet,Douala,,\n")
    refused = run(tmp_path, str(bad))
    assert refused.exit_code == 1
    assert "line 3: kind 'planet'" in refused.output
    assert "1 added, 0 updated (dry run)" in run(tmp_path, str(good), "--dry-run").output
    assert "1 added, 0 updated" in run(tmp_path, str(good)).output
    assert "0 added, 1 updated" in run(tmp_path, str(good)).output

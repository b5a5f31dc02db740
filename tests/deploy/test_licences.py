"""What Mboa is made of, and under which licences."""

import json
import re
from typing import Any

import pytest

from scripts.sbom import BILL, BUILD, locked, normal
from tests.deploy.licences import PAGE, page, rows

GPL = re.compile(r"\bA?GPL|GNU (Affero )?General Public", re.IGNORECASE)


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(BILL.read_text(encoding="utf-8"))
    return read


def test_the_page_says_what_the_packages_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_nothing_that_runs_is_under_the_gpl() -> None:
    running = {name: words for name, words, purpose in rows() if purpose == "running"}
    assert len(running) > 30
    assert {name: words for name, words in running.items() if GPL.search(words) or words == "not said"} == {}


@pytest.mark.parametrize("words", ["GPL-3.0-only", "AGPL-3.0", "GNU General Public License v3 (GPLv3)"])
def test_the_gpl_is_known_by_its_names(words: str) -> None:
    assert GPL.search(words)
    assert not GPL.search("LGPL-3.0-only")


def test_the_bill_of_materials_is_the_lock_s(bill: dict[str, Any]) -> None:
    parts = {normal(part["name"]): part["version"] for part in bill["components"]}
    installed = {name for name, _, purpose in rows() if purpose == "running"} - BUILD
    assert parts == {name: version for name, version in locked().items() if name in installed}
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "mboa"


def test_every_part_of_the_bill_has_its_licence(bill: dict[str, Any]) -> None:
    assert [part["name"] for part in bill["components"] if not part.get("licenses")] == []

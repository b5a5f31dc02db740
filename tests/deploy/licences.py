"""The licence of everything locked, as docs/licences.md has it; ``python -m tests.deploy.licences`` writes it."""

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "licences.md"
HEAD = """# Licences of what Mboa is built on

Mboa itself is under the MIT licence. This is what its packages say of themselves, for every locked one that is
installed on Linux. A test compares this page with them, and fails on a runtime package under the GPL or the AGPL.
psycopg is under the LGPL: it is used as it comes, and may be replaced by whoever runs Mboa. Written by
`python -m tests.deploy.licences`.

| package | licence | for |
|---|---|---|
"""


def locked(name: str) -> set[str]:
    """The names in a lock file."""
    return set(re.findall(r"^([a-z0-9-]+)==", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


def licence(package: Distribution) -> str:
    """What a package says of itself: the expression, the classifiers, or its short own words."""
    told = package.metadata
    said = {name: str(told[name]) for name in ("License", "License-Expression") if name in told}
    kinds = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or [] if one.startswith("License ::")]
    words = said.get("License", "").strip().splitlines()[:1]
    return said.get("License-Expression") or ", ".join(kinds) or " ".join(words)[:60] or "not said"


def rows() -> Iterator[tuple[str, str, str]]:
    """Package, licence and what it is for, in alphabetical order."""
    runtime = locked("requirements.lock")
    for name in sorted(runtime | locked("requirements-dev.lock")):
        try:
            yield name, licence(distribution(name)), "running" if name in runtime else "development"
        except PackageNotFoundError:
            continue  # for another system


def page() -> str:
    """The whole page."""
    return HEAD + "".join(f"| {name} | {words} | {purpose} |\n" for name, words, purpose in rows())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

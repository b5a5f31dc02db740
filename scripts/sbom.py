"""Write deploy/sbom.cdx.json: what a running Mboa is made of, with licences (CycloneDX 1.6). Called by `make sbom`.

The tool lists the whole environment; what only building and testing need is taken out by the lock of the runtime.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BILL = ROOT / "deploy" / "sbom.cdx.json"
# Locked for the build, and not in the image.
BUILD = frozenset({"editables", "hatchling", "pathspec", "pluggy", "tomlkit", "trove-classifiers"})


def locked() -> dict[str, str]:
    """Name and version of everything that a running Mboa may load."""
    found = re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    return {name: version for name, version in found if name not in BUILD}


def normal(name: str) -> str:
    """A package's name as the lock writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def bill() -> dict[str, Any]:
    """The bill of this environment, for the runtime alone."""
    told = ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--spec-version", "1.6"]
    command = [sys.executable, "-m", "cyclonedx_py", "environment", *told, sys.executable]
    whole = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603
    whole["components"] = [part for part in whole["components"] if normal(part["name"]) in locked()]
    kept = {part["bom-ref"] for part in whole["components"]} | {whole["metadata"]["component"]["bom-ref"]}
    whole["dependencies"] = [
        {**one, "dependsOn": [other for other in one.get("dependsOn", []) if other in kept]}
        for one in whole["dependencies"]
        if one["ref"] in kept
    ]
    # Who made the list, where each part is praised and had from, changes without any part changing.
    whole["metadata"].pop("tools", None)
    for part in whole["components"]:
        part.pop("externalReferences", None)
        part.pop("description", None)
    return dict(whole)


if __name__ == "__main__":
    BILL.write_text(json.dumps(bill(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

"""What names and strings may stand where in the tree."""

import ast
import re
from pathlib import Path

from tests.house.tree import PRODUCT, ROOT, functions, place, python_files, strings, syntax

FORBIDDEN = re.compile(r"(Manager|Service|Helper|Util|Common|Misc|Enhanced|Simple|Data|Handler)(s|es)?$|V\d+$")
FORBIDDEN_FILES = re.compile(r"(^|_)(manager|helper|util|common|misc|enhanced|simple|service)s?$|_v\d+$")
# The mission gave this one its name. A trade is a service here: `service.py` reads it.
ALLOWED = {"UserJourneyManager"}
ALLOWED_FILES = {"understanding/service"}
SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|SELECT\s+\w+\(.*\)|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX|VIEW|UNIQUE)|ALTER\s+TABLE"
    r"|DROP\s+TABLE|ON\s+CONFLICT|FOR\s+UPDATE|PRAGMA\s)\b",
    re.DOTALL,
)
# What our people would not write in a file of the product: where it was built, and where packages come from.
FOREIGN = re.compile(r"/wor[k]/|/roo[t]/|pyp[i]\.org|pytho[n]hosted|\bTOD[O]\b|\bFIXM[E]\b|\bXX[X]\b")
WRITTEN = ("*.py", "*.md", "*.toml", "*.lock", "*.sh", "*.html", "*.js", "*.css", "Makefile", "run")


def test_classes_bear_names_of_the_trade() -> None:
    found = [
        place(path, node.lineno) + f" {node.name}"
        for path in python_files(PRODUCT)
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.ClassDef) and FORBIDDEN.search(node.name) and node.name not in ALLOWED
    ]
    assert found == []


def test_files_bear_names_of_the_trade() -> None:
    names = [path.relative_to(PRODUCT).with_suffix("") for path in python_files(PRODUCT)]
    assert [n for n in names if FORBIDDEN_FILES.search(n.name) and n.as_posix() not in ALLOWED_FILES] == []


def test_sql_stands_under_storage_alone() -> None:
    outside = [path for path in python_files(PRODUCT) if PRODUCT / "storage" not in path.parents]
    found = [place(path, text.lineno) for path in outside for text in strings(path) if SQL.search(str(text.value))]
    assert found == []


def test_nothing_tells_where_it_was_built() -> None:
    kept = [path for pattern in WRITTEN for path in (*ROOT.glob(pattern), *below(pattern))]
    assert len(kept) > 100, "the product's files must be found for this to mean anything"
    me = ROOT / "tests" / "house" / "test_words.py"
    found = [place(path) for path in kept if path != me and FOREIGN.search(path.read_text(encoding="utf-8"))]
    assert found == []


def below(pattern: str) -> list[Path]:
    """Files of the folders that are ours: not the environment's, not the caches'."""
    return [path for top in ("src", "tests", "bench", "docs", "scripts", ".ci") for path in (ROOT / top).rglob(pattern)]


def test_every_test_claims_something() -> None:
    silent = [
        f"{place(path, test.lineno)} {test.name}"
        for path in python_files(ROOT / "tests")
        if path.name.startswith("test_")
        for test in functions(path)
        if test.name.startswith("test_") and not claims(test)
    ]
    assert silent == []


def claims(test: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it asserts, expects a failure, or calls something that says by its name that it checks."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call) and CHECKS.match(name_of(node.func)):
            return True
    return False


CHECKS = re.compile(r"(raises|warns|eventually|(assert|expect|check)_\w+|(not_)?to_(be|have|contain)\w*)$")


def name_of(called: ast.expr) -> str:
    """The last word of what is called: ``pytest.raises`` is ``raises``."""
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")

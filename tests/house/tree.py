"""The product's files and what stands in them, read as syntax trees."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "src" / "mboa"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def python_files(folder: Path) -> list[Path]:
    """Every Python file below ``folder``."""
    return sorted(folder.rglob("*.py"))


@cache
def syntax(path: Path) -> ast.Module:
    """A file as a syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a file, nested ones too."""
    return (node for node in ast.walk(syntax(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: Function) -> int:
    """Lines from ``def`` to the last statement, without decorators and without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is not None and len(function.body) > 1:
        said = function.body[0]
        lines -= (said.end_lineno or said.lineno) - said.lineno + 1
    return lines


def parameters(function: Function) -> int:
    """What a caller must know: every parameter but ``self``, ``cls`` and a ``**`` of facts."""
    given = function.args
    names = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def place(path: Path, line: int | None = None) -> str:
    """A file as one says it: below the root, with its line."""
    return f"{path.relative_to(ROOT)}" + (f":{line}" if line else "")


def strings(path: Path) -> Iterator[ast.Constant]:
    """Every string of a file that is not a docstring."""
    told = {id(statement.value) for statement in ast.walk(syntax(path)) if isinstance(statement, ast.Expr)}
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node

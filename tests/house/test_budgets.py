"""The house's size budgets: a file one can read in one sitting, a function one can hold in the head."""

import ast
from statistics import median

from tests.house.tree import PRODUCT, functions, length, parameters, place, python_files, syntax

FILE_LINES, FILE_MEDIAN = 250, 90
FUNCTION_LINES, FUNCTION_MEDIAN = 40, 10
PARAMETERS = 5
TEMPLATE_LINES = 120
# One at the web's edge, one around each step of a loop: everywhere else a failure has a name.
BROAD_EXCEPTS = 2

FILES = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(PRODUCT)}
ALL_FUNCTIONS = [(path, function) for path in FILES for function in functions(path)]


def test_a_file_is_read_in_one_sitting() -> None:
    assert FILES, "there must be files for this to mean anything"
    assert [f"{place(path)}: {lines} lines" for path, lines in FILES.items() if lines > FILE_LINES] == []
    assert median(lines for lines in FILES.values() if lines > 1) <= FILE_MEDIAN


def test_a_function_fits_in_the_head() -> None:
    long = [(path, function) for path, function in ALL_FUNCTIONS if length(function) > FUNCTION_LINES]
    assert [f"{place(path, f.lineno)} {f.name}: {length(f)} lines" for path, f in long] == []
    assert median(length(function) for _, function in ALL_FUNCTIONS) <= FUNCTION_MEDIAN


def test_a_function_asks_for_few_things() -> None:
    greedy = [(path, function) for path, function in ALL_FUNCTIONS if parameters(function) > PARAMETERS]
    assert [f"{place(path, f.lineno)} {f.name}: {parameters(f)} parameters" for path, f in greedy] == []


def test_a_template_is_one_screen_or_two() -> None:
    pages = [path for pattern in ("*.html", "*.jinja", "*.j2", "*.svg") for path in PRODUCT.rglob(pattern)]
    sizes = {place(page): len(page.read_text(encoding="utf-8").splitlines()) for page in pages}
    assert {page: lines for page, lines in sizes.items() if lines > TEMPLATE_LINES} == {}


def test_failures_have_names() -> None:
    handlers = [(path, n) for path in FILES for n in ast.walk(syntax(path)) if isinstance(n, ast.ExceptHandler)]
    broad = [place(path, handler.lineno) for path, handler in handlers if is_broad(handler)]
    assert len(broad) <= BROAD_EXCEPTS, broad


def is_broad(handler: ast.ExceptHandler) -> bool:
    """``except:``, ``except Exception:`` or ``except BaseException:``, alone or among others."""
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {one.id for one in caught if isinstance(one, ast.Name)}
    return handler.type is None or bool(names & {"Exception", "BaseException"})

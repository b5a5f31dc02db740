"""Fixtures that every test may use."""

import coverage
import pytest

pytest_plugins = ["tests.engines", "tests.city"]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Write down what was covered now: a process that takes long to end is ended by the one that waits for it."""
    counting = coverage.Coverage.current()
    if counting is not None:
        counting.stop()
        counting.save()

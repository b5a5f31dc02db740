"""Fixtures that every test may use."""

import signal

import coverage
import pytest

pytest_plugins = ["tests.engines", "tests.city"]


def pytest_configure() -> None:
    """A shell that starts the tests in the background lets them, and the houses that they start, ignore Ctrl-C."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Write down what was covered now: a process that takes long to end is ended by the one that waits for it."""
    counting = coverage.Coverage.current()
    if counting is not None:
        counting.stop()
        counting.save()

"""Are the crash tests able to fail? Each known bug is planted in a copy of ``src``, and its test must catch it.

``python -m tests.crash.planted [WORDS]`` prints one row of the table in ``docs/testing.md`` for each bug whose name
holds the words, and exits with 1 when one of them was not caught.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).parents[2]
FOLDER = "tests/crash"


@dataclass(frozen=True)
class Change:
    """In ``file`` (under ``src/mboa``) every ``old`` becomes ``new``."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Bug:
    """A mistake somebody could make, and the test that must see it."""

    name: str
    test: str
    changes: Sequence[Change]


BUGS = (
    Bug(
        "200 before the commit",
        "test_durable_before_200.py",
        [
            Change(
                "channels/routes.py",
                "await self.intake.keep(whatsapp.parse(body))",
                "__import__('asyncio').ensure_future(self.intake.keep(whatsapp.parse(body)))",
            )
        ],
    ),
    Bug(
        "message ids are not unique",
        "test_write_points.py::test_killed_at_writes_of_all_kinds",
        [Change("storage/migrations/versions/v0001_ground.py", "UNIQUE INDEX one_effect", "INDEX one_effect")],
    ),
    Bug(
        "what was under way is sent again at once after a restart",
        "test_sigkill.py",
        [
            Change("storage/outbox.py", "SET due_at = :lease WHERE", "SET status = 'queued', due_at = :lease WHERE"),
            Change("storage/outbox.py", "AND channel = :channel AND due_at < :lease", "AND channel = :channel"),
            Change("storage/outbox.py", "conn.now + timedelta(seconds=seconds)}", "conn.now}"),
        ],
    ),
    Bug(
        "a claim is kept in memory and not committed before the call",
        "test_sigkill.py",
        [
            Change("storage/claims.py", "BEHIND = timedelta", "IN_HAND: set[int] = set()\nBEHIND = timedelta"),
            Change(
                "storage/claims.py",
                "        if rows:\n",
                "        rows = [row for row in rows if row['id'] not in IN_HAND]\n        if rows:\n",
            ),
            Change("storage/claims.py", "self.conn.many(_CLAIM, [{", "IN_HAND.update(one.id for one in served), [({"),
            Change("storage/claims.py", "int(waited[one.id])} for one", "int(waited[one.id])}) for one"),
            Change(
                "storage/claims.py",
                "for one in served])\n        if self.holds",
                "for one in served]\n        if self.holds",
            ),
            Change("storage/outbox.py", "AND status = 'sending'\"", "AND status IN ('queued', 'sending')\""),
        ],
    ),
    Bug(
        "a receipt does not settle a message whose answer was lost",
        "test_sigkill.py",
        [Change("storage/receipts.py", '"delivered": ("queued", "sending", "sent")', '"delivered": ("sent",)')],
    ),
    Bug(
        "letters are queued after the transaction",
        "test_write_points.py::test_killed_at_every_commit",
        [
            Change("storage/post.py", "for key, letter in [*keyed, *self.news]:", "for key, letter in keyed:"),
            Change(
                "office.py", "            unit.close()\n", "            unit.close()\n            units.append(unit)\n"
            ),
            Change(
                "office.py", "        for tries_left in", "        units: list[Unit] = []\n        for tries_left in"
            ),
            Change(
                "office.py",
                "                result, events = await self.store.write(within)\n",
                "                result, events = await self.store.write(within)\n"
                "                await self.store.write(queue_news, units[-1].post.news)\n",
            ),
            Change(
                "office.py",
                "def report(event: Event)",
                "def queue_news(conn, news):\n"
                "    from mboa.storage import outbox, people\n\n"
                "    for key, letter in news:\n"
                "        outbox.queue(conn, letter, key, people.contact(conn, letter.contact_id).channel)\n\n\n"
                "def report(event: Event)",
            ),
        ],
    ),
    Bug(
        "an offer has no deadline",
        "test_write_points.py::test_killed_at_writes_of_all_kinds",
        [
            Change("storage/offers.py", "expires = conn.now + timeout", "expires = conn.now + timeout * 1000"),
            Change("storage/offers.py", "expires=sent_at + timeout", "expires=sent_at + timeout * 1000"),
        ],
    ),
    Bug(
        "a second OUI is taken",
        "test_write_points.py::test_killed_at_writes_of_all_kinds",
        [
            Change("lifecycle.py", "if not (offer.is_open or late) or not unit.settle", "if not unit.settle"),
            Change("lifecycle.py", "request.move(Status.ACCEPTED)", "request.status = Status.ACCEPTED"),
            Change("storage/offers.py", "WHERE id = :id AND status = :was", "WHERE id = :id AND :was = :was"),
            Change("storage/migrations/versions/v0001_ground.py", "UNIQUE INDEX one_accepted", "INDEX one_accepted"),
        ],
    ),
    Bug(
        "SIGTERM is not waited out",
        "test_rolling_restart.py",
        [Change("serving.py", "signal.signal(name, _nothing)", "signal.signal(name, signal.SIG_DFL)")],
    ),
)


def plant(bug: Bug, source: Path) -> None:
    """Change a copy of the source; raises when the place is not there any more."""
    for change in bug.changes:
        path = source / "mboa" / change.file
        text = path.read_text(encoding="utf-8")
        if change.old not in text:
            raise click.ClickException(f"{bug.name}: {change.old!r} no longer stands in {change.file}")
        path.write_text(text.replace(change.old, change.new), encoding="utf-8")


def caught_by(bug: Bug) -> str | None:
    """The first line of the failure that the bug brings about, ``None`` when the test passes all the same."""
    with tempfile.TemporaryDirectory(prefix="mboa-planted-") as folder:
        source = Path(folder) / "src"
        shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
        plant(bug, source)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"{FOLDER}/{bug.test}"]
        env = {**os.environ, "PYTHONPATH": str(source)}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    said = [line[2:].strip() for line in done.stdout.splitlines() if line.startswith("E  ")]
    return next(iter(said), f"pytest ended with {done.returncode}")


@click.command()
@click.argument("words", default="")
def main(words: str) -> None:
    """Plant each bug and see it caught."""
    missed = 0
    for bug in (bug for bug in BUGS if words in bug.name):
        said = caught_by(bug)
        missed += said is None
        click.echo(f"| {bug.name} | `{bug.test}` | {'NOT CAUGHT' if said is None else f'`{said[:110]}`'} |")
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()

"""Programs that a backup flows through: their output read, their input written, never left running."""

import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import IO

from mboa.storage.backup_file import PIECE_BYTES, BadBackup
from mboa.storage.backup_scratch import Watch
from mboa.storage.backup_source import CannotBackUp, Content

Lines = Iterable[bytes]
Rows = dict[str, int]
_END_SECONDS = 10.0


def output_of(command: Sequence[str], environment: Mapping[str, str], watch: Watch) -> Iterator[bytes]:
    """What a program says, piece by piece; raises :class:`CannotBackUp` with its last words when it fails."""
    with tempfile.TemporaryFile() as said:
        program = _start(command, environment, said, stdout=subprocess.PIPE)
        watch.kills(program.kill)
        try:
            assert program.stdout is not None
            while piece := program.stdout.read(PIECE_BYTES):
                watch.told("reading", 0.0)
                yield piece
            watch.told("reading", 0.0)
            if program.wait(_END_SECONDS) != 0:
                raise CannotBackUp(_last_words(command, said))
        finally:
            _end(program)
            _let_go(program)


def feed(
    command: Sequence[str],
    environment: Mapping[str, str],
    content: Content,
    watch: Watch,
    read: Callable[[Lines], Rows] | None = None,
) -> Rows:
    """Hand ``content`` to a program and, if ``read`` is given, its output to that; what that returns is returned.

    Raises :class:`BadBackup` with the program's last words when it fails; the program never sees the end of a content
    that raised, so that what it does in one transaction is undone.
    """
    with tempfile.TemporaryFile() as said:
        out = subprocess.PIPE if read else subprocess.DEVNULL
        program = _start(command, environment, said, stdin=subprocess.PIPE, stdout=out)
        watch.kills(program.kill)
        rows: Rows = {}
        reader = threading.Thread(target=lambda: rows.update(read(program.stdout or ()) if read else {}))
        reader.start()
        try:
            _pour(content, program.stdin, watch)
            code = program.wait()
            watch.told("restoring", 1.0)
            if code != 0:
                raise BadBackup(_last_words(command, said))
        finally:
            _end(program)
            # It may have said more than was read when it ended: its output is let go when all of it was.
            reader.join(_END_SECONDS)
            _let_go(program)
    return rows


def _start(command: Sequence[str], environment: Mapping[str, str], said: IO[bytes], **pipes: int) -> "Program":
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "MBOA_"))}
    return subprocess.Popen(command, env={**inherited, **environment}, stderr=said, **pipes)  # type: ignore[call-overload, no-any-return]  # noqa: S603


def _pour(content: Content, into: IO[bytes] | None, watch: Watch) -> None:
    assert into is not None
    with suppress(BrokenPipeError):  # it gave up: its exit code and last words say why
        for piece in content:
            watch.told("restoring", 0.0)
            into.write(piece)
        into.close()


def _end(program: "Program") -> None:
    if program.poll() is None:
        program.kill()
    program.wait(_END_SECONDS)


def _let_go(program: "Program") -> None:
    for pipe in (program.stdin, program.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()


def _last_words(command: Sequence[str], said: IO[bytes]) -> str:
    said.seek(0)
    lines = [line for line in said.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return f"{os.path.basename(command[0])} failed: {lines[0] if lines else 'without a word'}"


Program = subprocess.Popen[bytes]

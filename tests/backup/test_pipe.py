"""Programs that a backup flows through."""

import time
from collections.abc import Iterable

from mboa.storage.backup_pipe import feed
from mboa.storage.backup_scratch import Watch

LINES = 2_000


def test_what_a_program_said_is_read_to_its_end_although_it_has_ended() -> None:
    def slowly(lines: Iterable[bytes]) -> dict[str, int]:
        time.sleep(0.3)  # by then it has said everything, and is gone
        return {"lines": sum(1 for _ in lines)}

    assert feed(["cat"], {}, iter([b"line\n" * LINES]), Watch(), slowly) == {"lines": LINES}

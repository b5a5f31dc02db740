"""A backup as a file: whole and genuine, or refused with one clear line."""

import io
from datetime import UTC, datetime

import pytest

from mboa.keyring import Keyring
from mboa.storage.backup_file import PIECE_BYTES, BadBackup, Sealer, header_for, read_header, unsealed

KEYS = Keyring(["douala-secret-of-a-november-morning"])
ROWS = {"requests": 3, "messages": 40}
# Does not compress: three frames and a bit.
CONTENT = bytes(KEYS.key(f"noise {n}")[0] ^ byte for n in range(PIECE_BYTES // 32) for byte in KEYS.key(f"{n}")) * 3


def sealed(content: bytes = CONTENT, keys: Keyring = KEYS) -> bytes:
    """A whole file."""
    out = io.BytesIO()
    sealer = Sealer(out, header_for(keys, "sqlite", "0010", datetime(2026, 11, 23, 9, tzinfo=UTC), ROWS), keys)
    for start in range(0, len(content), 10_000):
        sealer.write(content[start : start + 10_000])
    sealer.close()
    return out.getvalue()


def opened(file: bytes, keys: Keyring = KEYS) -> bytes:
    """What is in it."""
    return b"".join(unsealed(io.BytesIO(file), keys))


def frames(file: bytes) -> tuple[bytes, list[bytes]]:
    """Everything before the frames, and the frames with their lengths."""
    start = len(b"MBOA BACKUP 1\n") + 4
    at = start + int.from_bytes(file[start - 4 : start], "big")
    found, head = [], file[:at]
    while at < len(file):
        end = at + 4 + int.from_bytes(file[at : at + 4], "big")
        found.append(file[at:end])
        at = end
    return head, found


def test_what_was_written_is_read_and_cannot_be_read_without_the_key() -> None:
    file = sealed(b"Mireille, fuite sous l'evier " * 1000)
    assert opened(file) == b"Mireille, fuite sous l'evier " * 1000
    assert b"Mireille" not in file
    assert opened(sealed(b"")) == b""
    assert read_header(io.BytesIO(file)).rows == ROWS


def test_another_houses_key_is_refused_by_name() -> None:
    with pytest.raises(BadBackup, match=f"sealed with the key '{KEYS.name}'.*give the secret key"):
        opened(sealed(), Keyring(["another-secret"]))
    assert opened(sealed(), Keyring(["another-secret", "douala-secret-of-a-november-morning"])) == CONTENT


@pytest.mark.parametrize("share", [0.0, 0.01, 0.02, 0.3, 0.5, 0.8, 0.999])
def test_a_flipped_bit_is_noticed_wherever_it_is(share: float) -> None:
    file = bytearray(sealed())
    file[int(share * len(file))] ^= 1
    with pytest.raises(BadBackup):
        opened(bytes(file))


def test_a_changed_header_is_noticed() -> None:
    with pytest.raises(BadBackup, match="changed"):
        opened(sealed().replace(b'"requests": 3', b'"requests": 9'))


@pytest.mark.parametrize("left", [1, 10, 20, 200, -1, -17, -5000])
def test_a_file_that_was_cut_off_is_refused(left: int) -> None:
    with pytest.raises(BadBackup):
        opened(sealed()[:left])


def test_frames_have_their_order_and_their_end() -> None:
    head, (first, second, *rest) = frames(sealed())
    assert rest, "there must be at least three frames for this to mean anything"
    assert opened(head + b"".join([first, second, *rest])) == CONTENT
    for other in ([second, first, *rest], [first, second], [first, second, *rest, rest[-1]], [first, *rest], []):
        with pytest.raises(BadBackup, match="changed, cut off"):
            opened(head + b"".join(other))


def test_frames_of_another_backup_with_the_same_key_do_not_fit() -> None:
    head, mine = frames(sealed())
    _, others = frames(sealed())
    with pytest.raises(BadBackup):
        opened(head + b"".join([mine[0], others[1], *mine[2:]]))

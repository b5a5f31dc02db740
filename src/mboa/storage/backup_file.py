"""A backup as a file: a header that anybody may read, then the database, compressed and sealed piece by piece.

The layout: :data:`MAGIC`, the header's length (4 bytes, big-endian), the header (JSON), then frames: a length (4 bytes)
and a ciphertext. Each file has a key of its own, derived from the keyring's key for backups and the header's salt
(HKDF-SHA-256). Each frame is sealed with AES-256-GCM over the digest of the header; its nonce is its number and whether
it is the last one, so that a file that was cut off, put in another order or given another header is not opened
(the STREAM construction, Hoang et al. 2015).
"""

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mboa.keyring import Keyring

MAGIC = b"MBOA BACKUP 1\n"
PURPOSE = "backup"
PIECE_BYTES = 256 * 1024
_MOST_HEADER_BYTES = 64 * 1024
# Level 1 is three times as fast as 6 on such databases, and the file a seventh larger.
_LEVEL = 1
_CHANGED = "the file was changed, cut off, or is damaged: no piece of it may be believed"


class BadBackup(Exception):
    """The file is no backup that this house can open; the message says why."""


@dataclass(frozen=True, slots=True)
class Header:
    """What is in the file. ``rows`` counts the main tables in the very snapshot that was taken; ``engine`` is
    ``sqlite`` or ``postgresql``; ``salt`` is hexadecimal."""

    engine: str
    schema: str
    made_at: datetime
    key_name: str
    salt: str
    rows: dict[str, int]

    def encode(self) -> bytes:
        """As it stands in the file."""
        return orjson.dumps(self, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)


def header_for(keys: Keyring, engine: str, schema: str, made_at: datetime, rows: dict[str, int]) -> Header:
    """The header of a new file, sealed with the newest key."""
    return Header(engine, schema, made_at, keys.name, os.urandom(16).hex(), rows)


class Sealer:
    """Writes a backup: ``write`` as often as wanted, then ``close``; without ``close`` it is not one."""

    def __init__(self, out: BinaryIO, header: Header, keys: Keyring) -> None:
        encoded = header.encode()
        out.write(MAGIC + len(encoded).to_bytes(4, "big") + encoded)
        self._out = out
        self._bound = sha256(encoded).digest()
        self._cipher = _cipher(header, keys)
        self._press = zlib.compressobj(_LEVEL)
        self._waiting = bytearray()
        self._number = 0

    def write(self, content: bytes) -> None:
        """Add to it."""
        self._waiting += self._press.compress(content)
        while len(self._waiting) > PIECE_BYTES:
            self._seal(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]

    def close(self) -> None:
        """The end, sealed as such."""
        self._waiting += self._press.flush()
        while len(self._waiting) > PIECE_BYTES:
            self._seal(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), piece, self._bound)
        self._out.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


def read_header(file: BinaryIO) -> Header:
    """The header, which is believed only once the pieces open; raises :class:`BadBackup`."""
    return _parse(_encoded_header(file))


def unsealed(file: BinaryIO, keys: Keyring) -> Iterator[bytes]:
    """The database as it was written, piece by piece; raises :class:`BadBackup` where it is not whole and genuine.

    What came before the exception is genuine, yet not all: whoever restores must throw it away.
    """
    encoded = _encoded_header(file)
    header = _parse(encoded)
    cipher, bound, unpress = _cipher(header, keys), sha256(encoded).digest(), zlib.decompressobj()
    for number, (sealed, last) in enumerate(_frames(file)):
        try:
            piece = cipher.decrypt(_nonce(number, last=last), sealed, bound)
        except InvalidTag as error:
            raise BadBackup(_CHANGED) from error
        while piece:
            yield unpress.decompress(piece, 4 * PIECE_BYTES)
            piece = unpress.unconsumed_tail
    yield unpress.flush()


def _frames(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Each ciphertext and whether nothing comes after it."""
    length = file.read(4)
    if not length:
        raise BadBackup(_CHANGED)
    while length:
        size = int.from_bytes(length, "big")
        sealed = file.read(size) if size <= PIECE_BYTES + 16 else b""
        if len(sealed) != size or len(length) != 4:
            raise BadBackup(_CHANGED)
        length = file.read(4)
        yield sealed, not length


def _encoded_header(file: BinaryIO) -> bytes:
    if file.read(len(MAGIC)) != MAGIC:
        raise BadBackup("this is no backup of Mboa, or one of a newer version of Mboa")
    size = int.from_bytes(file.read(4), "big")
    encoded = file.read(size) if size <= _MOST_HEADER_BYTES else b""
    if not encoded or len(encoded) != size:
        raise BadBackup(_CHANGED)
    return encoded


def _parse(encoded: bytes) -> Header:
    try:
        said = orjson.loads(encoded)
        rows = {str(table): int(count) for table, count in said["rows"].items()}
        made_at = datetime.fromisoformat(said["made_at"])
        bytes.fromhex(said["salt"])
        return Header(said["engine"], said["schema"], made_at, said["key_name"], said["salt"], rows)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadBackup(_CHANGED) from error


def _cipher(header: Header, keys: Keyring) -> AESGCM:
    if header.key_name not in keys.names:
        raise BadBackup(
            f"sealed with the key {header.key_name!r}, and MBOA_SECRET_KEY is {' and '.join(map(repr, keys.names))}: "
            "give the secret key that this house had when the backup was made"
        )
    key = keys.key(PURPOSE, keys.names.index(header.key_name))
    derive = HKDF(SHA256(), 32, salt=bytes.fromhex(header.salt), info=b"mboa backup file")
    return AESGCM(derive.derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])

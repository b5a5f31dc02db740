"""The keys of a house: everything secret at rest is sealed with what is derived from ``MBOA_SECRET_KEY``.

Each purpose has a key of its own (HKDF, RFC 5869), so that none of them tells another. Sealing is AES-256-GCM with a
random nonce; looking up without opening is an HMAC-SHA-256: a bare hash of Cameroon's hundred million mobile numbers
would be reversed in minutes.
"""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
# Of a digest, what is kept: 128 bits are enough for a hundred million numbers.
INDEX_BYTES = 16


class CannotOpen(Exception):
    """This was sealed with a key that is not on the ring, for another purpose, or was changed since."""


class Keyring:
    """The keys derived from one or more secrets: the first one seals, every one opens.

    Raises ``ValueError`` without a secret.
    """

    def __init__(self, secret_keys: Sequence[str]) -> None:
        if not secret_keys:
            raise ValueError("a keyring needs a secret key")
        self._secrets = [key.encode() for key in secret_keys]
        self._keys: dict[tuple[int, str], bytes] = {}
        self._ciphers: dict[tuple[int, str], AESGCM] = {}
        self.names = [sha256(b"mboa key name\0" + key).hexdigest()[:8] for key in self._secrets]

    @property
    def name(self) -> str:
        """Eight hexadecimal digits that tell which secret seals, and nothing else about it."""
        return self.names[0]

    def seal(self, text: str, purpose: str) -> str:
        """``text``, readable with this ring and for this purpose only: ``name.nonce and ciphertext``."""
        return f"{self.name}.{urlsafe_b64encode(self.seal_bytes(text.encode(), purpose)).decode()}"

    def open(self, sealed: str, purpose: str) -> str:
        """What was sealed; raises :class:`CannotOpen`."""
        name, _, body = sealed.partition(".")
        if name not in self.names:
            raise CannotOpen(f"sealed with the key {name[:8]!r}, which is not among MBOA_SECRET_KEY")
        try:
            return self.open_bytes(urlsafe_b64decode(body), purpose, self.names.index(name)).decode()
        except ValueError as error:
            raise CannotOpen("not something that was sealed here") from error

    def seal_bytes(self, content: bytes, purpose: str) -> bytes:
        """Nonce and ciphertext, sealed with the first secret."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher(purpose).encrypt(nonce, content, purpose.encode())

    def open_bytes(self, sealed: bytes, purpose: str, which: int = 0) -> bytes:
        """What was sealed with secret number ``which``; raises :class:`CannotOpen`."""
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher(purpose, which).decrypt(nonce, body, purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(f"the key {self.names[which]!r} does not open this, or it was changed") from error

    def index(self, value: str, purpose: str, which: int = 0) -> str:
        """A digest to look a value up by, without telling it: 22 characters."""
        digest = hmac.digest(self.key(f"index of {purpose}", which), value.encode(), "sha256")
        return urlsafe_b64encode(digest[:INDEX_BYTES]).decode().rstrip("=")

    def indexes(self, value: str, purpose: str) -> list[str]:
        """The digests under every secret, the newest first: rows may still have an older one."""
        return [self.index(value, purpose, which) for which in range(len(self._secrets))]

    def _cipher(self, purpose: str, which: int = 0) -> AESGCM:
        # Made once: it takes longer than sealing a number.
        known = self._ciphers.get((which, purpose))
        if known is None:
            known = self._ciphers[which, purpose] = AESGCM(self.key(purpose, which))
        return known

    def key(self, purpose: str, which: int = 0) -> bytes:
        """32 bytes for one purpose, from secret number ``which``."""
        known = self._keys.get((which, purpose))
        if known is None:
            derive = HKDF(SHA256(), 32, salt=None, info=b"mboa " + purpose.encode())
            known = self._keys[which, purpose] = derive.derive(self._secrets[which])
        return known

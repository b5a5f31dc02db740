"""Secrets that are shown once: only their SHA-256 is kept.

They have 256 random bits, so a fast digest is enough: nobody guesses them, and a stolen database does not give them
away. Passwords, which people choose, are hashed with argon2 instead (:mod:`mboa.admin.passwords`).
"""

from hashlib import sha256
from secrets import token_urlsafe

BYTES = 32


def new() -> str:
    """A fresh secret of 256 bits, 43 characters that need no escaping in a URL."""
    return token_urlsafe(BYTES)


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

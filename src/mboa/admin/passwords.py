"""Passwords: argon2id, in threads of their own. Never in the event loop (it would stand still) nor in a transaction."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from secrets import token_urlsafe
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mboa.admin.guessable import is_guessable

# OWASP ASVS 5.0, 6.2.1 asks for 8 and recommends more; nothing must be mixed in.
SHORTEST, LONGEST = 12, 200
# One hash takes 64 MiB for about 50 ms (RFC 9106, the second recommended option): two at once are plenty.
THREADS = 2


def refusal(password: str, email: str) -> str | None:
    """Why a new password is not taken, as a name among the words of ``login``; ``None`` when it is."""
    if len(password) < SHORTEST:
        return "password_short"
    if len(password) > LONGEST:
        return "password_long"
    return "password_guessable" if is_guessable(password, email) else None


async def hashed(password: str) -> str:
    """The argon2id hash of a password."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), _hasher().hash, _plain(password))


async def is_right(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; without a hash as much work is done, so that nobody learns which accounts exist."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), _verify, password_hash, _plain(password))


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _hasher().check_needs_rehash(password_hash)


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        return _hasher().verify(password_hash or _nobodys(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def _plain(password: str) -> str:
    """The same letters typed on another keyboard are the same password."""
    return normalize("NFKC", password[: LONGEST * 2]).encode("utf-8", "replace").decode()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys() -> str:
    return _hasher().hash(token_urlsafe())


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")

"""The parts of the site: how each is named in figures, what it takes, and what one address may ask of it."""

from dataclasses import dataclass

from mboa.operations.limits import ADMIN, ELSEWHERE, FIGURES, FOLLOW, SIGN_IN, SIMULATOR, Limit

KILOBYTE, MEGABYTE = 1024, 1024 * 1024


@dataclass(frozen=True, slots=True)
class Door:
    """``area`` is its label in the metrics, ``most_bytes`` the largest body, ``limit`` one address's allowance."""

    area: str
    most_bytes: int
    limit: Limit | None


HEALTH = Door("health", KILOBYTE, None)
# Signed, 4 MB, never limited by address: all of Meta's messages come from a few (channels/routes.py).
WEBHOOKS = Door("webhooks", 4 * MEGABYTE, None)
# A list of providers may have 2 MB, in a form with room for its own fields.
ADMIN_PAGES = Door("admin", 4 * MEGABYTE, ADMIN)
ADMIN_SIGN_IN = Door("admin", 64 * KILOBYTE, SIGN_IN)
DOORS = (
    ("/suivi/", Door("follow", KILOBYTE, FOLLOW)),
    # 65,536 characters of JSON, each of up to twelve bytes when it is escaped.
    ("/simulator", Door("simulator", MEGABYTE, SIMULATOR)),
    ("/admin", ADMIN_PAGES),
    ("/health/", HEALTH),
    ("/metrics", Door("metrics", KILOBYTE, FIGURES)),
    ("/webhooks/", WEBHOOKS),
)
OTHER = Door("other", KILOBYTE, ELSEWHERE)
# Where passwords, codes and one-time links are tried.
GUESSED = ("/admin/login", "/admin/link")


def door_of(path: str, method: str) -> Door:
    """The door that a request knocks at."""
    if method == "POST" and path.startswith(GUESSED):
        return ADMIN_SIGN_IN
    return next((door for start, door in DOORS if path.startswith(start)), OTHER)

"""Where a request comes from: what changes something must come from our own pages.

A browser says so in ``Sec-Fetch-Site``, which no script can set, or, where it does not send that (plain HTTP to another
machine, old browsers), in ``Origin``. A cookie travels by itself, so with one at least one of the two must be there and
right: a browser that sends neither is so old that a foreign page might make it post, and it does not know
``SameSite=Lax`` either. A token is never sent by itself: with one, and before the login, only a foreign origin is
refused.
"""

from urllib.parse import urlsplit

from fastapi import Request

from mboa.admin.page import Problem

# Over http, where browsers take no other: the demo, and a house on one's own machine.
COOKIE = "mboa_session"
# A browser takes this name only from https, without a domain and for the whole site: no page of a neighbouring name,
# and nobody on the way, can plant one (RFC 6265bis, "__Host-"; ASVS 5.0, 3.3.1 and 3.3.3).
HOST_COOKIE = f"__Host-{COOKIE}"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def bearer(http: Request) -> str | None:
    """The token that is shown. Other schemes may be a proxy's own affair, and are none of ours."""
    scheme, _, secret = http.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def session_cookie(base_url: str) -> str:
    """The name of the session's cookie at this public address."""
    return HOST_COOKIE if base_url.startswith("https:") else COOKIE


def refuse_foreign(http: Request, base_url: str) -> None:
    """Raises ``Problem`` 403 for a request that changes something and does not come from our own pages."""
    if http.method in SAFE:
        return
    site, origin = http.headers.get("sec-fetch-site"), http.headers.get("origin")
    if site is not None:
        ours = site in {"same-origin", "none"}
    elif origin is not None:
        ours = _is_own(origin, http, base_url)
    else:
        ours = session_cookie(base_url) not in http.cookies or bearer(http) is not None
    if not ours:
        raise Problem(403, "foreign")


def _is_own(origin: str, http: Request, base_url: str) -> bool:
    public, given = urlsplit(base_url), urlsplit(origin)
    if (given.scheme, given.netloc) == (public.scheme, public.netloc):
        return True
    # The house may have other names: what a foreign page cannot have is the host that is asked. Behind a proxy the
    # scheme that we see is not the browser's; but where the site has HTTPS, a page that came without it is anybody's.
    secure = given.scheme == "https" or (given.scheme == "http" and public.scheme == "http")
    return secure and given.netloc == http.headers.get("host")

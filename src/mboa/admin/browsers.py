"""A browser in two words, for a list of sessions: enough to know one's own."""

# The first that is found names it: most browsers also claim to be the ones below them.
_BROWSERS = (
    ("Opera Mini", "Opera Mini"),
    ("OPR/", "Opera"),
    ("Edg", "Edge"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("UCBrowser/", "UC Browser"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_UNKNOWN_CHARS = 30


def browser_name(user_agent: str) -> str:
    """``Chrome, Android``; the beginning of what an unknown one says of itself; a dash for silence."""
    found = [_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)]
    return ", ".join(filter(None, found)) or user_agent[:_UNKNOWN_CHARS] or "–"


def _first(names: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for mark, name in names if mark in text), None)

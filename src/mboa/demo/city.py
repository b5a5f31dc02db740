"""The demo city: repairers over trades and quarters, each at home somewhere, with the ratings of an earlier life."""

from mboa.storage import providers, roster
from mboa.storage.roster import Entry
from mboa.storage.store import Connection
from mboa.understanding.gazetteer import centre_of

# First the three whose phones the page shows at first: one of each trade. Names are invented.
# name, services, zones (he lives in the first), ratings
PROVIDERS: tuple[tuple[str, str, str, tuple[int, ...]], ...] = (
    ("Ébongué le Plombier", "plumbing", "bonamoussadi makepe kotto denver", (5, 5, 4, 5, 5)),
    ("Clarisse Ngo Bell", "electricity", "makepe bonamoussadi logpom kotto", (5, 4, 5, 5)),
    ("Roger Tonton Frigo", "appliance", "bonamoussadi akwa bonapriso deido makepe", (4, 5, 4)),
    ("Jules Ekambi", "plumbing|electricity", "deido akwa bonamoussadi bepanda", (4, 4, 5, 3)),
    ("Awono Tuyau d’Or", "plumbing", "makepe bonamoussadi logpom logbessou", (4, 5)),
    ("Josiane Mama Courant", "electricity", "akwa bonanjo bonapriso bali deido", (5, 5, 5)),
    ("Wilfried Tchoua", "electricity|appliance", "bonamoussadi denver kotto akwa-nord", (3, 4, 4)),
    ("Bih Cool Air", "appliance", "akwa bonapriso bonanjo bali", (5, 5, 4)),
    ("Njoh Robinet", "plumbing", "akwa bonapriso bonanjo new-bell", (4, 3, 4)),
    ("Mbarga le Grand", "plumbing|appliance", "bonaberi deido akwa", (4,)),
    ("Ousmanou Fil Rouge", "electricity", "new-bell bepanda ndokoti bonamoussadi makepe", (4, 4)),
    ("Solange Machine Propre", "appliance", "makepe kotto bonamoussadi logpom", (5, 4, 4, 5)),
    ("Célestin Petit Tuyau", "plumbing", "bepanda ndokoti deido makepe", ()),
    ("Che Emmanuel", "electricity|plumbing", "bonaberi akwa bonamoussadi", (5, 3)),
)


def entries() -> list[Entry]:
    """The providers as an operator would enter them."""
    return [_entry(number, row[0], row[1], row[2].split()) for number, row in enumerate(PROVIDERS, start=1)]


def _entry(number: int, name: str, services: str, zones: list[str]) -> Entry:
    latitude, longitude = centre_of(zones[0]) or (None, None)
    return Entry(
        name=name,
        phone=f"+2376990002{number:02d}",
        services=tuple(services.split("|")),
        zones=tuple(zones),
        # Neighbours do not live on one spot: a street apart (0.001 degrees are 110 m).
        latitude=None if latitude is None else round(latitude + number % 4 * 0.001, 4),
        longitude=None if longitude is None else round(longitude - number % 3 * 0.001, 4),
    )


def settle(conn: Connection, channel: str) -> None:
    """Enter everybody, with his ratings."""
    for entry, (*_, ratings) in zip(entries(), PROVIDERS, strict=True):
        provider_id, _ = roster.enter(conn, entry, channel)
        for rating in ratings:
            providers.count_rating(conn, provider_id, rating)

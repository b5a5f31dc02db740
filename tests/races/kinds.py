"""The six kinds of race: how the ground is prepared, what the two sides send at once, and which ends are right."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mboa.fake_meta.double import MetaDouble
from tests.races.ground import Ground, Prepare, Round

Sides = Callable[[MetaDouble, Round], tuple[bytes, bytes]]
MINUTE = timedelta(minutes=1)
AGAINST_THE_CLOCK = "OUI against the end of the minutes"


@dataclass(frozen=True)
class Kind:
    """A kind of race. ``right`` are the lines of :meth:`Witness.outcome` that tell one truth to everybody.

    An outcome reads: how the requests ended | what each provider heard | what each client heard.
    """

    providers: int
    clients: int
    prepare: Prepare
    sides: Sides
    right: frozenset[str]

    def round(self, number: int) -> Round:
        """The people of the round with this number, which is theirs alone."""
        providers = [f"+23769{side}{number:06}" for side in range(self.providers)]
        return Round(number, [f"+23767{side}{number:06}" for side in range(self.clients)], providers)


def offered(ground: Ground, one: Round, moment: datetime) -> None:
    """Every request is open at the first provider."""
    ground.enter(one, moment)


def passed_on(ground: Ground, one: Round, moment: datetime) -> None:
    """The first offer has ended; the second provider is asked, if there is one."""
    ground.enter(one, moment - MINUTE)
    ground.expire(one.requests[0], moment)


def nobody_left(ground: Ground, one: Round, moment: datetime) -> None:
    """Both offers have ended: the request waits for whoever is free."""
    passed_on(ground, one, moment - MINUTE)
    ground.expire(one.requests[0], moment)


def says(double: MetaDouble, phone: str, offer: int, verb: str = "accept") -> bytes:
    """A tap on OUI or NON of an offer."""
    return double.tap(phone, f"offer:{offer}:{verb}", "OUI" if verb == "accept" else "NON")


def accepts(double: MetaDouble, one: Round, who: int = 0) -> bytes:
    """OUI of the provider who was asked first, or of the next."""
    return says(double, one.providers[who], one.offers[0][who])


def cancels(double: MetaDouble, one: Round, which: int = 0) -> bytes:
    """A client's tap on "cancel"."""
    return double.tap(one.clients[which], f"request:{one.requests[which]}:cancel", "Annuler")


def same_message(double: MetaDouble, one: Round) -> tuple[bytes, bytes]:
    """One OUI, delivered at both doors."""
    body = accepts(double, one)
    return body, body


def one_says_it_twice(double: MetaDouble, one: Round) -> tuple[bytes, bytes]:
    """Two OUI of one provider."""
    return accepts(double, one), accepts(double, one)


def both_say_it(double: MetaDouble, one: Round) -> tuple[bytes, bytes]:
    """The OUI of both providers."""
    return accepts(double, one, 0), accepts(double, one, 1)


def cancel_against_yes(double: MetaDouble, one: Round) -> tuple[bytes, bytes]:
    """The client cancels while the provider takes it."""
    return cancels(double, one), accepts(double, one)


def old_yes_against_no(double: MetaDouble, one: Round) -> tuple[bytes, bytes]:
    """OUI to an offer that is over, while the provider who is asked now declines."""
    return accepts(double, one), says(double, one.providers[1], one.offers[0][1], "decline")


def bare_yes_twice(double: MetaDouble, one: Round) -> tuple[bytes, bytes]:
    """A bare OUI to two open offers, and once more."""
    return double.text(one.providers[0], "OUI"), double.text(one.providers[0], "oui")


def bare_yes_against_cancel(double: MetaDouble, one: Round) -> tuple[bytes, bytes]:
    """A bare OUI to two open offers, one of which the client takes away meanwhile."""
    return double.text(one.providers[0], "OUI"), cancels(double, one, 1)


def kind(people: tuple[int, int], prepare: Prepare, sides: Sides, *right: str) -> Kind:
    """A kind of race between so many providers and clients."""
    return Kind(*people, prepare, sides, frozenset(right))


KINDS = {
    "the same OUI at two doors": kind((1, 1), offered, same_message, "accepted | contact | found"),
    # Heard as one burst, the contact is the answer to both.
    "OUI twice": kind(
        (1, 1),
        offered,
        one_says_it_twice,
        "accepted | contact | found",
        "accepted | contact, already | found",
        "accepted | already, contact | found",
    ),
    "two providers, both late": kind(
        (2, 1), nobody_left, both_say_it, "accepted | contact | taken | found", "accepted | taken | contact | found"
    ),
    "two providers, one late": kind(
        (2, 1), passed_on, both_say_it, "accepted | too late | contact | found", "accepted | taken | contact | found"
    ),
    "cancel against OUI": kind(
        (1, 1),
        offered,
        cancel_against_yes,
        "cancelled | withdrawn, meanwhile cancelled | cancelled",
        "cancelled | contact, job cancelled | found, cancelled",
    ),
    "OUI to an old offer": kind(
        (2, 1),
        passed_on,
        old_yes_against_no,
        "unserved | too late | declined | unserved",
        "accepted | contact | declined | unserved, found",
    ),
    "bare OUI to two offers, twice": kind(
        (1, 2),
        offered,
        bare_yes_twice,
        "offered+offered | which | nothing | nothing",
        "offered+offered | which, which | nothing | nothing",
    ),
    # Asked while both were open, told while one was gone: nothing is guessed, and a wrong choice is told why.
    "bare OUI to two offers, one cancelled": kind(
        (1, 2),
        offered,
        bare_yes_against_cancel,
        "offered+cancelled | which, withdrawn | nothing | cancelled",
        "offered+cancelled | withdrawn, which | nothing | cancelled",
        "accepted+cancelled | withdrawn, contact | found | cancelled",
    ),
    # The other side is the clock: the OUI comes within milliseconds of the end of the first provider's minutes.
    AGAINST_THE_CLOCK: kind(
        (2, 1), offered, same_message, "accepted | contact | nothing | found", "offered | too late | offer | nothing"
    ),
}

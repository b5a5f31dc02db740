"""A name that several quarters bear: which one, by button or in words."""

from collections.abc import Sequence
from dataclasses import replace

from mboa.conversation.talk import Talk
from mboa.dispatch.request import Request
from mboa.understanding.facts import Place
from mboa.understanding.gazetteer import city_of, zone_name
from mboa.understanding.neighbours import words_of

# What was asked, and between which slugs: "zone:nylon|nylon-yaounde".
ASKING = "zone:"
_ORDINALS = (
    frozenset({"1", "premier", "premiere", "first", "1er"}),
    frozenset({"2", "deuxieme", "second", "seconde", "2e"}),
    frozenset({"3", "troisieme", "third", "3e"}),
)


def ask(talk: Talk, request: Request, choices: Sequence[str]) -> None:
    """Show the quarters of this name."""
    talk.unit.keep(request)
    talk.contact.expect(ASKING + "|".join(choices), request.id)
    talk.reply("which_zone", request, zones=tuple(choices))


def is_chosen(talk: Talk) -> bool:
    """Whether he says which; then his words stand for that quarter."""
    expecting = talk.contact.expecting or ""
    if not expecting.startswith(ASKING):
        return False
    slug = _chosen(talk, expecting.removeprefix(ASKING).split("|"))
    if slug is None:
        return False
    text = talk.facts.place.text if talk.facts.place else zone_name(slug)
    facts = replace(talk.facts, intent="inform", service=None, place=Place(text, slug, city_of(slug)), sure=True)
    talk.said = replace(talk.said, facts=facts)
    talk.contact.expect("place", talk.contact.about_id)
    return True


def _chosen(talk: Talk, slugs: Sequence[str]) -> str | None:
    """By the button; by a name that is only one's; by the town; by its number."""
    tapped = (talk.said.payload or "").removeprefix("words:place:")
    if tapped in slugs:
        return tapped
    said = words_of(talk.said.text)
    named = talk.facts.place.zone if talk.facts.place else None
    if named in slugs:
        return named
    towns = [slug for slug in slugs if words_of(zone_name(city_of(slug) or "")) <= said]
    places = [i for i, ordinals in enumerate(_ORDINALS[: len(slugs)]) if not ordinals.isdisjoint(said)]
    if len(towns) == 1:
        return towns[0]
    return slugs[places[0]] if len(places) == 1 else None

"""Where somebody is: the person's own words, resolved to a zone when the gazetteer knows the name."""

from mboa.understanding.facts import Place
from mboa.understanding.gazetteer import Zone, city_of, nearest_zone, shy, zone_name, zones
from mboa.understanding.phrases import Match
from mboa.understanding.reading import Reading
from mboa.understanding.spots import Stretch, announced, barred_positions, closes, described
from mboa.understanding.time import positions
from mboa.understanding.words import word_set

# WhatsApp shows so many buttons.
_MOST_CHOICES = 3
__all__ = ["Zone", "city_of", "locate", "nearest_zone", "whole_place", "zone_name", "zones"]


def locate(reading: Reading, *, asked: bool = False) -> Place | None:
    """The place of a message, or ``None``. ``asked`` says that the question before was where."""
    barred = barred_positions(reading)
    stretches = [*_named(reading, asked), *described(reading, barred), *announced(reading, barred)]
    merged = _merged(reading, stretches)
    if not merged:
        return None
    nearby = {m.start for m in reading.of("relation")}
    # "à Akwa, pas loin de Bonapriso" is in Akwa.
    best = max(merged, key=lambda s: (s.weight - (s.start in nearby), s.end - s.start, -s.start))
    return _place(reading, best)


def whole_place(reading: Reading) -> Place | None:
    """The whole message as the answer to "where?", its opening words ("je suis à") left aside."""
    spare = reading.of("answers", "filler.word", "greeting.word", "thanks.word", "yes.word")
    taken = positions(reading) | {i for m in (*reading.of("lead"), *spare) for i in range(m.start, m.end)}
    kept = [i for i in reading.content if i not in taken]
    while kept and reading.text.words[kept[0]] in word_set("grammar", "place", "leading"):
        kept.pop(0)
    if not kept:
        return None
    inside = tuple(m for m in reading.named if kept[0] <= m.start and m.end <= kept[-1] + 1)
    return _place(reading, Stretch(kept[0], kept[-1] + 1, 1, inside))


def _named(reading: Reading, asked: bool) -> list[Stretch]:
    found = []
    for match in reading.named:
        shyly = match.group == "landmark" or match.value in shy()
        if is_refused(reading, match) or (shyly and not (asked or _is_marked(reading, match))):
            continue
        weight = 3.0 if match.group == "zone" else 2.0
        found.append(Stretch(match.start, _with_tail(reading, match.end), weight, (match,)))
    return found


def is_refused(reading: Reading, match: Match) -> bool:
    """ "Akwa, pas Bali": the name behind the refusal is where the person is not."""
    before = [
        word
        for word in reading.text.words[max(0, match.start - 3) : match.start]
        if word not in {"a", "au", "at", "in", "de", "le", "la"}
    ]
    replaced = reading.text.words[match.end : match.end + 1] in {("par",), ("by",), ("with",)} and any(
        word.startswith(("rempla", "replac", "change")) for word in reading.text.words[: match.start]
    )
    return replaced or before[-1:] in (["pas"], ["not"], ["non"])


def _is_marked(reading: Reading, match: Match) -> bool:
    words = reading.text.words
    relations = {m.end for m in reading.of("relation")}
    return (
        len(reading.content) <= match.end - match.start + 1
        or not relations.isdisjoint({match.start, match.start - 1})
        or (match.start > 0 and words[match.start - 1] in word_set("grammar", "place", "marks"))
    )


def _with_tail(reading: Reading, end: int) -> int:
    words, tail = reading.text.words, word_set("places", "tail")
    while end < len(words) and (
        words[end] in tail
        or (words[end][0].isdigit() and not words[end].endswith("h") and len(words[end]) <= 3 and closes(words, end))
    ):
        end += 1
    return end


def _merged(reading: Reading, stretches: list[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda s: (s.start, -s.end)):
        last = merged[-1] if merged else None
        between = reading.text.words[last.end : stretch.start] if last else ()
        if last and len(between) <= 2 and set(between) <= word_set("grammar", "place", "glue"):
            weight = max(last.weight, stretch.weight) + 0.5
            merged[-1] = Stretch(last.start, max(last.end, stretch.end), weight, (*last.names, *stretch.names))
        else:
            merged.append(stretch)
    return merged


def _place(reading: Reading, stretch: Stretch) -> Place:
    start, words = stretch.start, reading.text.words
    while (
        start < stretch.end - 1
        and words[start] in word_set("grammar", "place", "leading")
        and not any(m.start == start for m in (*reading.of("relation"), *stretch.names))
    ):
        start += 1
    text = reading.text.piece(start, stretch.end)
    zones_named = tuple(dict.fromkeys(m.value for m in stretch.names if m.group == "zone"))
    if not zones_named:
        # A landmark that stands in many quarters ("Total") tells none.
        near = tuple(dict.fromkeys(m.value for m in stretch.names if m.group == "landmark"))
        zones_named = near if len(near) <= _MOST_CHOICES else ()
    towns = [m.value for m in stretch.names if m.group == "town"] or [
        m.value for m in reading.named if m.group == "town" and m.value not in shy()
    ]
    if towns and len(zones_named) > 1:
        zones_named = tuple(zone for zone in zones_named if city_of(zone) in towns) or zones_named
    same_words = len({(m.start, m.end) for m in stretch.names if m.value in zones_named}) == 1
    if len(zones_named) > 1 and same_words:
        return Place(text, None, towns[0] if towns else None, zones_named)
    if zones_named and not (towns and city_of(zones_named[0]) not in towns):
        return Place(text, zones_named[0], city_of(zones_named[0]))
    return Place(text, None, towns[0] if towns else None)

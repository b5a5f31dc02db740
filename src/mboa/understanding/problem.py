"""What is wrong or wanted, as a short verbatim piece of the message."""

from mboa.understanding.facts import Place, Wish
from mboa.understanding.phrases import SIGNS, Match
from mboa.understanding.reading import Reading
from mboa.understanding.service import negated

_TIERS = ("fixture", "symptom", "thing", "weak")
_LONGEST = 160


def problem_of(reading: Reading, place: Place | None, wish: Wish | None) -> str | None:
    """From the first to the last word on the problem within one clause; ``None`` when only a trade is named."""
    barred = _positions(reading, place.text if place else "") | _positions(reading, wish.text if wish else "")
    anchors = [m for m in _anchors(reading) if barred.isdisjoint(range(m.start, m.end))]
    if not any(not m.value.startswith(("work.", "problem.")) for m in anchors):
        return None
    clauses: list[tuple[int, int]] = []
    for match in anchors:
        if clauses and not _is_parted(reading, clauses[-1][1], match.start, barred):
            clauses[-1] = (clauses[-1][0], max(clauses[-1][1], match.end))
        else:
            clauses.append((match.start, match.end))
    start, end = max(clauses, key=lambda clause: clause[1] - clause[0])
    return reading.text.piece(start, end)[:_LONGEST]


def _anchors(reading: Reading) -> list[Match]:
    said = [m for m in reading.of("services") if m.value.endswith(_TIERS) and not negated(reading, m)]
    return sorted(
        [*said, *reading.of("broken"), *reading.of("work"), *reading.of("problem")], key=lambda m: (m.start, m.end)
    )


def _is_parted(reading: Reading, start: int, end: int, barred: set[int]) -> bool:
    between = range(start, end)
    return end - start > 6 or any(i in barred or reading.text.words[i] in SIGNS for i in between)


def _positions(reading: Reading, piece: str) -> set[int]:
    at = reading.text.original.find(piece) if piece else -1
    return {i for i in reading.content if at <= reading.text.starts[i] < at + len(piece)} if at >= 0 else set()

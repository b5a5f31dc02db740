"""Whether something said before is put right, or called off in the same breath."""

from mboa.understanding.asking import spans_of, strong
from mboa.understanding.evidence import Decision, Evidence
from mboa.understanding.place import is_refused
from mboa.understanding.reading import Reading
from mboa.understanding.service import negated

_PLAINLY = 3


def correction(evidence: Evidence) -> Decision | None:
    """Something said before is to be put right."""
    if strong(evidence, "modify"):
        # "Finalement … ne vous dérangez pas" calls off, whatever it begins with.
        off = spans_of(evidence).get("cancel", 0) >= _PLAINLY
        return Decision("cancel", 0.75, "called off") if off else Decision("modify", 0.82, "modify words")
    named = [m for m in evidence.reading.of("services") if m.value.endswith((".trade", ".fixture", ".thing", ".weak"))]
    refused = any(negated(evidence.reading, match) for match in named)
    if refused and evidence.named.service and not evidence.reading.has("want", "want.strong"):
        return Decision("modify", 0.75, "this and not that")
    if evidence.wish and _refuses_a_time(evidence.reading):
        return Decision("modify", 0.75, "then and not then")
    elsewhere = evidence.place and any(is_refused(evidence.reading, match) for match in evidence.reading.named)
    return Decision("modify", 0.75, "here and not there") if elsewhere and not evidence.plain else None


def _refuses_a_time(reading: Reading) -> bool:
    """ "Pas 15h, 17h": what stands behind the refusal is when nobody should come."""
    before = {
        reading.text.words[atom.start - 1] for atom in reading.times if atom.start and atom.sort in {"day", "hour"}
    }
    return not before.isdisjoint({"pas", "not"})

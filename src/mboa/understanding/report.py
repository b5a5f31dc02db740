"""An understanding as the JSON object that ``mboa understand`` prints."""

from typing import Any

from mboa.understanding.facts import Place, Understanding, Wish


def as_json(understanding: Understanding) -> dict[str, Any]:
    """Exactly the keys of the public contract; what was not said is ``None``."""
    return {
        "intent": understanding.intent,
        "service": understanding.service,
        "place": _place(understanding.place),
        "time": _time(understanding.time),
        "problem": understanding.problem,
        "rating": understanding.rating,
        "language": understanding.language,
        "confidence": understanding.confidence,
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    return {"text": place.text, "zone": place.zone, "city": place.city} if place else None


def _time(wish: Wish | None) -> dict[str, Any] | None:
    return {"text": wish.text, "kind": wish.kind, "urgent": wish.urgent} if wish else None

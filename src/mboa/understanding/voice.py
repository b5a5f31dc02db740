"""What a voice note says, if the house has somebody who writes it down. Pure: no network here."""

from typing import Protocol

from mboa.understanding.facts import Understanding

LONGEST_WORDS = 1_000
"""Characters of a voice note's words that are kept."""
LONGEST_PROBLEM = 200


class NoWords(Exception):
    """Nobody could tell what it says."""


class Transcriber(Protocol):
    """Writes down what is said."""

    async def transcribe(self, content: bytes, kind: str) -> str:
        """The words of an audio file of this MIME type; raises :class:`NoWords`."""
        ...


def as_heard(facts: Understanding, words: str) -> Understanding:
    """The reading of words that were heard, not typed: it describes at the most, with the words themselves as problem.

    So they stand in the recap, and the person sees what was understood. A yes, a STOP, a rating, an answer to an offer
    are taken from typed words and buttons alone: who writes notes down hears "oui" where nobody said it.
    """
    described = facts.service or facts.place or facts.time or facts.problem
    return Understanding(
        intent="new_request" if described else "other",
        service=facts.service,
        services=facts.services,
        place=facts.place,
        time=facts.time,
        problem=words[:LONGEST_PROBLEM] if described else None,
        language=facts.language,
        confidence=facts.confidence,
        urgent=facts.urgent,
        danger=facts.danger,
        outage=facts.outage,
        rule=f"{facts.rule}; heard",
    )

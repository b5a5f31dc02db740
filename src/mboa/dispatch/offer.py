"""An offer: one request proposed to one provider, with an end."""

from dataclasses import dataclass
from datetime import datetime

from mboa.dispatch.status import OfferStatus

# Letters and digits that nobody confuses when reading aloud: no I, O, 0, 1.
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_DIGITS = "23456789"


@dataclass(slots=True)
class Offer:
    """``code`` is what he writes to answer this one and no other; his minutes count from ``sent_at``."""

    id: int
    request_id: int
    provider_id: int
    position: int
    code: str
    status: OfferStatus
    score: float
    offered_at: datetime
    expires_at: datetime
    sent_at: datetime | None = None
    answered_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether an OUI to it still counts as in time."""
        return self.status is OfferStatus.OPEN


@dataclass(frozen=True, slots=True)
class Choice:
    """The provider to be asked next, and why him: each reason between 0 and 1."""

    provider_id: int
    score: float
    reasons: dict[str, float]


def code_after(number: int, taken: frozenset[str]) -> str:
    """A short code for the ``number``-th offer that none of the provider's open offers bears (``A7``)."""
    size = len(CODE_LETTERS) * len(CODE_DIGITS)
    for step in range(size):
        # 37 has no common factor with the 192 codes, so that neighbours look different.
        letter, digit = divmod((number + step) * 37 % size, len(CODE_DIGITS))
        code = CODE_LETTERS[letter] + CODE_DIGITS[digit]
        if code not in taken:
            return code
    raise ValueError("every offer code is taken by an open offer of this provider")

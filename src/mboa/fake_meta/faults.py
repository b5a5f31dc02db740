"""What may go wrong, as named profiles: every knob a number with its unit, all chance from one seeded generator."""

from dataclasses import dataclass, fields, replace
from random import Random
from typing import Any, Literal

Fate = Literal["normal", "lost", "reset", "cut", "slow", "error", "error_after", "throttled"]
# Fates whose sender cannot know whether the message was taken.
UNANSWERED = frozenset({"reset", "cut", "slow", "error_after"})
Span = tuple[float, float]
NO_TIME: Span = (0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How Meta and the road to it behave. Shares are from 0 to 1; a span is (least, most) seconds, drawn evenly.

    Limits: ``pair_seconds`` between messages to one person (0: no limit) with ``pair_burst`` at once, after which
    ``pair_pays_back`` says whether the whole burst is waited out first; ``messages_per_second`` and
    ``closed_window_people`` per 24 h (0: no limit).

    Answers to requests: ``answer_seconds`` of latency; shares of requests ``lost`` (closed unread), answers ``reset``
    (taken, then the connection breaks), ``cut`` (half an answer) or ``slow`` (``slow_bytes_per_second``), refused with
    ``error`` (5xx, not taken) or ``error_after`` (5xx, taken), or ``throttled`` (429 with ``retry_after_seconds``).

    Statuses: ``status_seconds`` until delivered; shares of messages with ``statuses_missing``, ``delivered_skipped``
    (read comes alone), ``statuses_downgraded`` (sent arrives after delivered), ``statuses_failed`` (131026 after
    sent), ``read_share``; ``statuses_after_lost`` of those whose sender got no answer.

    Webhooks: ``webhook_seconds`` late, ``duplicated`` share, ``shuffled``, up to ``batch_updates`` in one body, held
    to whole ``batch_seconds``; repeated after ``retry_first_seconds``, twice as long each time up to
    ``retry_longest_seconds``, for ``retry_days``.

    Media ids live ``media_days``, download links ``media_link_seconds``; a new template waits ``review_seconds``.
    """

    pair_seconds: float = 6.0
    pair_burst: int = 45
    pair_pays_back: bool = True
    messages_per_second: int = 80
    closed_window_people: int = 250
    answer_seconds: Span = NO_TIME
    lost: float = 0.0
    reset: float = 0.0
    cut: float = 0.0
    slow: float = 0.0
    slow_bytes_per_second: float = 1.0
    error: float = 0.0
    error_after: float = 0.0
    throttled: float = 0.0
    retry_after_seconds: int = 5
    status_seconds: Span = (0.3, 0.6)
    statuses_missing: float = 0.0
    delivered_skipped: float = 0.0
    statuses_downgraded: float = 0.0
    statuses_failed: float = 0.0
    read_share: float = 0.8
    statuses_after_lost: float = 1.0
    webhook_seconds: Span = NO_TIME
    duplicated: float = 0.0
    shuffled: bool = False
    batch_updates: int = 1
    batch_seconds: float = 0.0
    retry_first_seconds: float = 1.0
    retry_longest_seconds: float = 3_600.0
    retry_days: float = 7.0
    media_days: float = 7.0
    media_link_seconds: float = 300.0
    review_seconds: float = 0.0


SHARES = frozenset(
    [
        "lost",
        "reset",
        "cut",
        "slow",
        "error",
        "error_after",
        "throttled",
        "statuses_missing",
        "delivered_skipped",
        "statuses_downgraded",
        "statuses_failed",
        "read_share",
        "statuses_after_lost",
        "duplicated",
    ]
)
MOST_UPDATES = 1_000  # Meta's limit of one webhook body

PROFILES: dict[str, Profile] = {
    "lenient": Profile(pair_seconds=0, messages_per_second=0, closed_window_people=0),
    "calm": Profile(),
    "large": Profile(messages_per_second=1_000, closed_window_people=0),
    "douala": Profile(
        answer_seconds=(0.1, 1.5),
        lost=0.01,
        reset=0.02,
        error=0.02,
        error_after=0.01,
        throttled=0.01,
        status_seconds=(1.0, 20.0),
        statuses_missing=0.05,
        delivered_skipped=0.1,
        statuses_downgraded=0.05,
        statuses_failed=0.01,
        webhook_seconds=(0.1, 10.0),
        duplicated=0.1,
        shuffled=True,
        batch_updates=10,
    ),
    "chaos": Profile(
        answer_seconds=(0.0, 3.0),
        lost=0.1,
        reset=0.1,
        cut=0.05,
        slow=0.05,
        error=0.1,
        error_after=0.05,
        throttled=0.1,
        status_seconds=(0.1, 30.0),
        statuses_missing=0.2,
        delivered_skipped=0.2,
        statuses_downgraded=0.3,
        statuses_failed=0.1,
        statuses_after_lost=0.5,
        webhook_seconds=(0.0, 30.0),
        duplicated=1.0,
        shuffled=True,
        batch_updates=MOST_UPDATES,
        batch_seconds=2.0,
        review_seconds=10.0,
    ),
    "outage": Profile(lost=0.5, error=0.5),
    "slow": Profile(answer_seconds=(2.0, 8.0), slow=0.2, webhook_seconds=(5.0, 60.0), status_seconds=(5.0, 60.0)),
    "unknown": Profile(reset=0.3, cut=0.1, error_after=0.1, statuses_after_lost=0.5),
    "batches": Profile(batch_updates=MOST_UPDATES, batch_seconds=10.0, duplicated=0.2, shuffled=True),
}


def changed(profile: Profile, changes: dict[str, Any]) -> Profile:
    """A profile with some knobs turned; raises ``ValueError`` that names the knob when it or its value is not one."""
    known = {field.name: getattr(profile, field.name) for field in fields(profile)}
    for name, value in changes.items():
        if name not in known:
            raise ValueError(f"{name} is not a knob of a profile")
        _check(name, value, known[name])
    turned: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in changes.items()}
    return replace(profile, **turned)


def _check(name: str, value: Any, now: Any) -> None:
    if isinstance(now, tuple):
        fits = isinstance(value, list) and len(value) == 2 and all(map(_is_number, value)) and value[0] <= value[1]
    elif isinstance(now, bool):
        fits = isinstance(value, bool)
    else:
        whole = isinstance(now, int)
        fits = _is_number(value) and (isinstance(value, int) or not whole) and not (name in SHARES and value > 1)
    if name == "batch_updates":
        fits = fits and 1 <= value <= MOST_UPDATES
    if not fits:
        raise ValueError(f"{name} cannot be {value!r}")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e9


@dataclass(frozen=True, slots=True)
class Tick:
    """One status of a message: what it says, the second after acceptance in which it happens and in which it leaves."""

    state: str
    happens: float
    leaves: float
    code: int | None = None


class Weather:
    """Draws from a profile what happens to each request and message. The same seed gives the same weather."""

    def __init__(self, profile: Profile, seed: int) -> None:
        self.profile = profile
        self.dice = Random(seed)  # noqa: S311 - chance for a test, not a secret
        names: tuple[Fate, ...] = ("lost", "reset", "cut", "slow", "error", "error_after", "throttled")
        self._fates = [(name, getattr(profile, name)) for name in names if getattr(profile, name)]

    def fate(self) -> Fate:
        """What becomes of one request."""
        if not self._fates:
            return "normal"
        drawn = self.dice.random()
        for name, share in self._fates:
            if drawn < share:
                return name
            drawn -= share
        return "normal"

    def within(self, span: Span) -> float:
        """A duration in seconds."""
        return self.dice.uniform(*span) if span[1] else 0.0

    def hits(self, share: float) -> bool:
        """Whether something with this share happens now."""
        return share > 0 and self.dice.random() < share

    def ticks(self, fate: Fate) -> list[Tick]:
        """The statuses of an accepted message, in the order in which they happen."""
        profile = self.profile
        unheard = fate in UNANSWERED and not self.hits(profile.statuses_after_lost)
        if unheard or self.hits(profile.statuses_missing):
            return []
        delivered = self.within(profile.status_seconds)
        sent = Tick("sent", delivered / 4, delivered / 4)
        if self.hits(profile.statuses_failed):
            return [sent, Tick("failed", delivered, delivered, code=131026)]
        if self.hits(profile.statuses_downgraded):
            sent = Tick("sent", delivered / 4, delivered * 2)
        read = [Tick("read", delivered * 3, delivered * 3)] if self.hits(profile.read_share) else []
        skipped = bool(read) and self.hits(profile.delivered_skipped)
        return [sent, *([] if skipped else [Tick("delivered", delivered, delivered)]), *read]

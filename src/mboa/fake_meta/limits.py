"""What Meta limits: the 24-hour window, messages to one person, messages a second, strangers a day.

Pure sums over times that are handed in (seconds since 1970), so that a test moves the clock. Every limit is asked with
``admits`` and told with ``count``: a message that another limit refuses uses up nothing.
"""

from collections import deque

from mboa.fake_meta.faults import Profile
from mboa.fake_meta.reading import Refused

WINDOW_SECONDS = 86_400.0
DAY_SECONDS = 86_400.0


class PairRate:
    """One message per ``seconds`` to one person, or a burst of up to ``burst`` within ``seconds``, then paid back.

    A burst borrows from the future: after 20 messages at once the next one is taken two minutes after the first
    (Meta's throughput page: 1 per 6 s, bursts of 45 in 6 s). With ``pays_back`` off it is the milder bucket that some
    read there: ``burst`` messages whenever they are there, one more every ``seconds``.
    """

    def __init__(self, seconds: float, burst: int, *, pays_back: bool = True) -> None:
        self._seconds = seconds
        self._burst = burst
        self._pays_back = pays_back
        self._debts: dict[str, tuple[float, int]] = {}

    def wait(self, address: str, now: float) -> float:
        """Seconds until a message to this person is taken; 0 when it is taken now."""
        began, count = self._debts.get(address, (0.0, 0))
        paid = began + count * self._seconds
        if not self._pays_back:
            return max(paid - (self._burst - 1) * self._seconds - now, 0.0)
        if now >= paid or (now - began < self._seconds and count < self._burst):
            return 0.0
        return paid - now

    def count(self, address: str, now: float) -> None:
        """A message was taken."""
        began, count = self._debts.get(address, (0.0, 0))
        paid = now >= began + count * self._seconds
        self._debts[address] = (now, 1) if paid else (began, count + 1)


class Throughput:
    """Messages in any second, in and out together: 80 for a new number, 1,000 after Meta's upgrade, 0 for no limit."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._times: deque[float] = deque(maxlen=per_second or None)

    def admits(self, now: float) -> bool:
        """Whether this second has room for one more."""
        times = self._times
        return len(times) < self._per_second or now - times[0] >= 1.0

    def count(self, now: float) -> None:
        """A message went in or out."""
        self._times.append(now)


class Portfolio:
    """Different people written to outside their windows in any 24 hours: 250 for a young portfolio, 0 for no limit."""

    def __init__(self, people: int) -> None:
        self._people = people
        self._counted: dict[str, float] = {}

    def admits(self, address: str, now: float) -> bool:
        """Whether this person may be written to: one of the last day's, or there is room for another."""
        counted = self._counted
        while counted and now - next(iter(counted.values())) >= DAY_SECONDS:
            del counted[next(iter(counted))]
        return address in counted or len(counted) < self._people

    def count(self, address: str, now: float) -> None:
        """A template went to this person outside the window; a day runs from the first."""
        self._counted.setdefault(address, now)


class Limits:
    """The limits of a profile together."""

    def __init__(self, profile: Profile) -> None:
        pair = PairRate(profile.pair_seconds, profile.pair_burst, pays_back=profile.pair_pays_back)
        self._pair = pair if profile.pair_seconds else None
        self._throughput = Throughput(profile.messages_per_second) if profile.messages_per_second else None
        self._portfolio = Portfolio(profile.closed_window_people) if profile.closed_window_people else None

    def take(self, address: str, now: float, *, window_open: bool) -> None:
        """Count one outbound message; raises :class:`Refused` when a limit is reached.

        Meta documents no code of its own for the portfolio's limit; 131048, a restriction on how many messages a
        number may send, is the nearest.
        """
        if self._throughput and not self._throughput.admits(now):
            raise Refused(130429, "the throughput of this number is reached")
        if self._pair and self._pair.wait(address, now) > 0:
            raise Refused(131056, "too many messages to this person in a short time")
        if self._portfolio and not window_open and not self._portfolio.admits(address, now):
            raise Refused(131048, "the messaging limit of the portfolio is reached: too many people in 24 hours")
        self._count(address, now, window_open=window_open)

    def _count(self, address: str, now: float, *, window_open: bool) -> None:
        if self._throughput:
            self._throughput.count(now)
        if self._pair:
            self._pair.count(address, now)
        if self._portfolio and not window_open:
            self._portfolio.count(address, now)

    def heard(self, now: float) -> None:
        """An inbound message counts into the throughput, and is never refused."""
        if self._throughput:
            self._throughput.count(now)

"""The table of moves, the codes of offers, the quiet hours."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mboa.dispatch.offer import code_after
from mboa.dispatch.policy import Policy, QuietHours
from mboa.dispatch.request import Request
from mboa.dispatch.status import MOVES, IllegalMove, Status

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def a_request(status: Status = Status.GATHERING) -> Request:
    return Request(id=1, client_id=1, status=status, created_at=NOW)


@given(st.lists(st.sampled_from(Status), max_size=12))
def test_a_request_only_takes_steps_of_the_table(steps: list[Status]) -> None:
    request = a_request()
    for step in steps:
        before = request.status
        if step in MOVES[before]:
            request.move(step)
            assert request.status is step
        else:
            with pytest.raises(IllegalMove, match=str(before)):
                request.move(step)
            assert request.status is before


def test_what_is_over_stays_over_and_every_other_state_can_end() -> None:
    over = {status for status in Status if not MOVES[status]}
    assert over == {Status.COMPLETED, Status.CANCELLED}
    assert all(Status.CANCELLED in MOVES[status] for status in Status if status not in over)


def test_a_move_takes_the_timer_with_it() -> None:
    request = a_request()
    request.wait("abandon", NOW)
    request.move(Status.CONFIRMING)
    assert (request.due_at, request.due_kind) == (None, None)


def test_codes_are_short_unlike_and_never_taken() -> None:
    codes = [code_after(number, frozenset()) for number in range(192)]
    assert len(set(codes)) == 192
    assert all(len(code) == 2 and code[0] not in "IO" and code[1] not in "01" for code in codes)
    assert code_after(0, frozenset(codes[:-1])) == codes[-1]
    with pytest.raises(ValueError, match="taken"):
        code_after(0, frozenset(codes))


@pytest.mark.parametrize(
    ("local", "ends"),
    [("21:29", None), ("21:30", "06:00"), ("23:59", "06:00"), ("00:00", "06:00"), ("05:59", "06:00"), ("06:00", None)],
)
def test_the_night_runs_over_midnight(local: str, ends: str | None) -> None:
    hour, minute = map(int, local.split(":"))
    # Douala is an hour ahead of UTC all year.
    now = datetime(2026, 11, 23, hour, minute, tzinfo=UTC) - timedelta(hours=1)
    until = Policy(quiet=QuietHours.parse("21:30-06:00")).quiet_until(now)
    assert (until and until.strftime("%H:%M")) == ends
    assert until is None or timedelta(0) < until - now <= timedelta(hours=8.5)


def test_no_quiet_hours_is_none_and_nonsense_is_named() -> None:
    assert QuietHours.parse(" ") is None
    assert QuietHours.parse("06:00-06:00") is None
    for nonsense in ("la nuit", "21:30", "25:00-06:00", "1-2-3"):
        with pytest.raises(ValueError, match="21:30-06:00"):
            QuietHours.parse(nonsense)


def test_staleness_counts_from_the_last_promise() -> None:
    request = a_request(Status.PENDING)
    assert not request.is_stale(NOW, timedelta(hours=2))
    request.promised_at = NOW - timedelta(hours=2)
    assert not request.is_stale(NOW, timedelta(hours=2))
    assert request.is_stale(NOW + timedelta(seconds=1), timedelta(hours=2))

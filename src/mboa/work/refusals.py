"""What follows when a message does not get through, whether the channel refuses at once or says so later."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import orjson

from mboa import lifecycle
from mboa.channels.base import SendFailed, Template
from mboa.channels.twilio.errors import classify as classify_twilio
from mboa.channels.whatsapp.errors import classify as classify_whatsapp
from mboa.operations.metrics import track_metric
from mboa.storage import outbox, paces, receipts
from mboa.storage.outbox import WINDOW_CLOSED_CODE
from mboa.storage.store import Row
from mboa.storage.unit_of_work import Unit

logger = logging.getLogger(__name__)
# Meta pauses a template for three hours, then for six, then for good: where it does not say, we try again after this.
TEMPLATE_REST = timedelta(hours=3)
# What a receipt calls a passing failure is sent anew so often, a little later each time.
RECEIPT_RETRIES = 3
RECEIPT_PAUSE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that was refused on ``channel``; ``template`` is its twin, if it went out (or would have) as that."""

    message_id: int
    channel: str
    offer_id: int | None
    template: Template | None
    failure: SendFailed


def undelivered(unit: Unit, refused: Refused) -> None:
    """It will not reach the person: an offer goes to the next provider at once."""
    failure = refused.failure
    if not outbox.fail(unit.conn, refused.message_id, str(failure), failure.code):
        return
    unit.happened("message_failed", "system", message_id=refused.message_id, code=failure.code)
    if refused.offer_id is not None:
        lifecycle.undeliverable(unit, refused.offer_id, str(failure))


def template_refused(unit: Unit, refused: Refused, others: Sequence[str]) -> None:
    """The template rests and people are told; this message takes the next channel, if there is one."""
    template, failure = refused.template, refused.failure
    if template is not None and failure.code is not None:
        alert("template_paused", refused)
        paces.pause_template(unit.conn, refused.channel, template, unit.now + TEMPLATE_REST, str(failure))
        unit.happened("template_paused", "system", template=f"{template.name}/{template.language}", code=failure.code)
    if not others or not outbox.reroute(unit.conn, refused.message_id, others[0], str(failure)):
        undelivered(unit, refused)


def settle_failure(unit: Unit, row: Row, channels: Sequence[str]) -> None:
    """A message failed after its channel took it: another way in, the next provider, or a note in the diary."""
    if not receipts.settled(unit.conn, row["id"]) or row["message_id"] is None:
        return
    code, said = row["error_code"], row["error"] or "failed"
    classify = classify_twilio if row["channel"] == "twilio" else classify_whatsapp
    outcome = classify(400, code)[0]
    failure = SendFailed(said, outcome=outcome, code=code)
    refused = Refused(
        row["message_id"], row["channel"], row["offer_id"] if row["kind"] == "offer" else None, _twin(row), failure
    )
    if code == WINDOW_CLOSED_CODE and outbox.as_template(unit.conn, refused.message_id):
        return
    if outcome == "template":
        template_refused(unit, refused, after(channels, row["channel"]))
    elif outcome == "retry" and refused.offer_id is None and (times := _times(unit, row)) < RECEIPT_RETRIES:
        outbox.anew(unit.conn, refused.message_id, failure, RECEIPT_PAUSE * times)
    else:
        undelivered(unit, refused)


def _times(unit: Unit, row: Row) -> int:
    # Tries that nobody took (an outage before) do not count, where the receipts tell which those were.
    return outbox.times_failed(unit.conn, row["message_id"]) or int(row["attempts"])


def _twin(row: Row) -> Template | None:
    template = orjson.loads(row["body_json"]).get("template")
    return Template(template["name"], template["language"]) if template else None


def after(channels: Sequence[str], channel: str) -> Sequence[str]:
    """The channels that come after this one."""
    return channels[channels.index(channel) + 1 :] if channel in channels else ()


def alert(what: str, refused: Refused) -> None:
    """Something that a person must look at: an error in the log and a count to be alarmed by."""
    logger.error(what, extra={"channel": refused.channel, "code": refused.failure.code, "reason": str(refused.failure)})
    track_metric(what.replace("_", "."), 1, channel=refused.channel)

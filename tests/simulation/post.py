"""Meta's mail bag: webhooks on their way to us, and what is still to be said of the messages that we sent."""

from random import Random

import orjson

from mboa.fake_meta.double import MetaDouble, Received
from mboa.fake_meta.reading import Json

# What becomes of an accepted message, and how often. "silent": its status never comes.
FATES = {"read": 30, "delivered": 45, "sent": 5, "silent": 14, "failed": 6}
# What Meta says afterwards of what it could not deliver: no such phone, window closed, spared this person, unknown.
REASONS = (131026, 131047, 131049, 131000)


class MailBag:
    """Bodies ``held`` back, statuses still to come, and the ids of the messages that were answered 200.

    ``accepted`` is every message that Meta took; ``log`` holds, in the form of ``GET /log``, those of them that it did
    not report as failed afterwards.
    """

    def __init__(self, double: MetaDouble) -> None:
        self.double = double
        self.held: list[bytes] = []
        self.accepted: list[Received] = []
        self.log: dict[str, Json] = {}
        self.unreported: list[Received] = []
        self.acked: list[str] = []
        double.on_accept = self._accept

    def _accept(self, message: Received) -> None:
        self.accepted.append(message)
        payload = {"biz_opaque_callback_data": message.key}
        self.log[message.id] = {"at": message.at, "status": 200, "payload": payload}
        self.unreported.append(message)

    def acknowledge(self, body: bytes) -> None:
        """A body was answered 200: it is not kept any longer, and its messages are remembered."""
        if body in self.held:
            self.held.remove(body)
        for entry in orjson.loads(body)["entry"]:
            for change in entry["changes"]:
                self.acked += [message["id"] for message in change["value"].get("messages", ())]

    def statuses(self, dice: Random) -> list[bytes]:
        """What Meta says now of messages it took: mostly all is well."""
        bodies, messages = [], self.unreported
        self.unreported = []
        for message in dice.sample(messages, len(messages)):
            fate = dice.choices(list(FATES), list(FATES.values()))[0]
            if fate != "silent":
                code = dice.choice(REASONS) if fate == "failed" else None
                if fate == "failed":
                    del self.log[message.id]
                bodies.append(self.double.status(message.id, fate, code=code))
        return bodies

    def shuffle(self, dice: Random) -> None:
        """Put what is held back out of order, some of it in one body, some of it twice."""
        bodies, self.held = self.held, []
        dice.shuffle(bodies)
        while bodies:
            size = dice.choice((1, 1, 2, 5))
            batch, bodies = bodies[:size], bodies[size:]
            self.held += [joined(batch)] * dice.choice((1, 1, 1, 2))


def joined(bodies: list[bytes]) -> bytes:
    """Several webhook bodies as one batch."""
    entries = [entry for body in bodies for entry in orjson.loads(body)["entry"]]
    return orjson.dumps({"object": "whatsapp_business_account", "entry": entries})

"""What everybody was told in one race, in the words on the phones: the double's log is the witness, not the program."""

from collections.abc import Iterable

from mboa.fake_meta.double import MetaDouble, Received
from tests.races.ground import Round

# The words that tell the letters and answers apart.
SAID = {
    "contact": "est à vous. Appelez le client",
    "found": "a accepté votre demande",
    "already": "est déjà à vous",
    "taken": "un autre prestataire a été plus rapide",
    "too late": "un autre prestataire est consulté",
    "meanwhile cancelled": "a annulé ou changé cette demande entre-temps",
    "withdrawn": "n'est plus à prendre",
    "job cancelled": "Ne vous déplacez pas",
    "cancelled": "est annulée. Si vous voulez",
    "declined": "merci de votre réponse",
    "unserved": "Délai étendu",
    "offer": "Nouvelle demande",
    "which": "Plusieurs demandes attendent",
}


class Witness:
    """Remembers how much every phone had received before the race, and tells what came after."""

    def __init__(self, double: MetaDouble, rounds: Iterable[Round]) -> None:
        self.double = double
        self.before = {phone: len(double.phone(phone)) for one in rounds for phone in (*one.providers, *one.clients)}

    def heard(self, phone: str) -> str:
        """What a phone was told since, message by message; one message may say several things."""
        return ", ".join(_names(message) for message in self.double.phone(phone)[self.before[phone] :])

    def outcome(self, one: Round, statuses: dict[int, str]) -> str:
        """The whole race in one line: the requests' ends, then what providers and clients heard."""
        ends = "+".join(statuses[request] for request in one.requests)
        told = [self.heard(phone) or "nothing" for phone in (*one.providers, *one.clients)]
        return " | ".join((ends, *told))

    def mixed(self, one: Round) -> list[str]:
        """Numbers in wrong hands: a client's at a provider who was not told "contact", or one who has no job."""
        found = []
        for phone in (*one.providers, *one.clients):
            others = one.clients if phone in one.providers else one.providers
            word = "contact" if phone in one.providers else "found"
            texts = [message.text for message in self.double.phone(phone)[self.before[phone] :]]
            given = [other for other in others for text in texts if other in text]
            if len(given) != self.heard(phone).count(word):
                found.append(f"{phone} was given {given}")
        holders = [phone for phone in one.providers if "contact" in self.heard(phone)]
        if len(holders) > 1:
            found.append(f"two contacts: {holders}")
        return found


def _names(message: Received) -> str:
    plain = message.text.replace("\u202f", " ").replace("\u2019", "'")
    names = [name for name, words in SAID.items() if words in plain]
    return "+".join(names) or f"unknown: {plain[:60]}"

"""What the inhabitants do with their phones: little automatons, each with a temper and one throw of dice at a time."""

import re
from random import Random

from mboa.fake_meta.double import MetaDouble, Received
from tests.city import answers_on
from tests.simulation.story import Character

NEEDS = (
    "Bonjour, j'ai une fuite sous l'évier à Bonamoussadi derrière la pharmacie, demain matin",
    "plombier à Makepe maintenant",
    "Plus de courant à Akwa depuis hier, c'est urgent",
    "je cherche un électricien à Deido cet après-midi",
    "Mon frigo ne marche plus",
    "My fridge don spoil for Makepe",
    "I need a plumber in Bonamoussadi tomorrow",
    "J'ai un problème électrique",
    "machine à laver en panne à Akwa, carrefour Douche, samedi",
    "ça sent le gaz et l'eau coule partout à Deido",
    "menuisier à Bonapriso",
    "Bonjour",
    "menu",
)
DETAILS = (
    "Bonamoussadi",
    "Makepe, derrière la pharmacie",
    "à Akwa",
    "Deido",
    "Yaoundé",
    "demain matin",
    "maintenant",
    "ce soir",
    "une fuite sous l'évier",
    "le disjoncteur saute",
    "électricien",
    "plombier",
    "oui, demain matin",
    "plutôt à Makepe",
)
WHIMS = (
    "OUI",
    "oui",
    "NON",
    "ANNULER",
    "je veux annuler",
    "MODIFIER",
    "STATUT",
    "où en est ma demande ?",
    "aide",
    "merci",
    "5",
    "2 travail bâclé",
    "le travail n'est pas fait",
    "hein ???",
    "je veux parler à quelqu'un",
    "c'est trop long",
)
TRADE_TALK = (
    "OUI",
    "oui je prends",
    "NON",
    "non pas disponible",
    "j'arrive",
    "EN ROUTE",
    "je suis là",
    "TERMINE",
    "PAUSE",
    "DISPO",
    "DISPO",
    "c'est combien ?",
    "je dois annuler",
    "oui mais demain",
    "ok",
    "hein",
)
_CODE = re.compile(r"\b[A-HJ-NP-Z][2-9]\b")
# A tap on what was shown long ago is as possible as one on the newest message.
REACH = 6


class Inhabitant:
    """Somebody with a phone. ``address`` is what he writes from, ``number`` what others may call."""

    def __init__(self, double: MetaDouble, character: Character, address: str, number: str) -> None:
        self.double = double
        self.character = character
        self.address = address
        self.number = number
        self.read = 0
        double.names[address] = character.name

    @property
    def has_news(self) -> bool:
        """Whether something came since he last did something."""
        return len(self.double.phone(self.address)) > self.read

    def acts(self, dice: Random) -> list[bytes]:
        """What he does now, as webhook bodies; nothing, when he keeps silent."""
        shown, news = self.double.phone(self.address)[-REACH:], self.has_news
        self.read = len(self.double.phone(self.address))
        temper, mood = self.character.temper, dice.random()
        if mood < temper.willing:
            said = self._does_as_asked(dice, shown) if news else self._begins(dice)
        elif mood < temper.willing + (1 - temper.willing) * 0.7:
            said = self._does_as_he_likes(dice, shown)
        else:
            said = []
        return said * 2 if said and dice.random() < 0.05 else said

    def _does_as_asked(self, dice: Random, shown: list[Received]) -> list[bytes]:
        """Answers the newest message, with a button when there is one."""
        newest = shown[-1]
        answers = answers_on(newest)
        if "numéro" in newest.text and not answers:
            return [
                self.double.contact_card(self.address, self.number) if dice.random() < 0.5 else self._text(self.number)
            ]
        if not answers:
            return self._goes_on(dice, newest)
        contrary = dice.random() < self.character.temper.contrary
        title, payload = dice.choice(answers) if contrary else answers[0]
        if dice.random() < 0.3 and not payload.startswith("words:"):
            return [self._typed(newest, payload, dice)]
        return [self.double.tap(self.address, payload, title, newest.id)]

    def _typed(self, newest: Received, payload: str, dice: Random) -> bytes:
        """The typed twin of a button: bare, with the offer's code, or quoting the message."""
        yes = payload.endswith((":accept", ":confirm", ":keep"))
        word = payload[-1] if payload.startswith("rating:") else "OUI" if yes else "NON"
        code = _CODE.search(newest.text)
        if code and dice.random() < 0.4:
            word = f"{word} {code[0]}"
        return self._text(word, newest.id if dice.random() < 0.3 else None)

    def _goes_on(self, dice: Random, newest: Received) -> list[bytes]:
        """Something that fits a message without buttons: the place, if that was asked; often nothing."""
        if "quartier" in newest.text:
            return [self._text(dice.choice(DETAILS[:4]))]
        words = TRADE_TALK if self.character.services else DETAILS
        return [self._text(dice.choice(words))] if dice.random() < 0.4 else []

    def _begins(self, dice: Random) -> list[bytes]:
        if not self.character.services or dice.random() < 0.05:
            return [self._text(dice.choice(NEEDS))]
        return [self._text(dice.choice(("DISPO", "TERMINE", "EN ROUTE")))] if dice.random() < 0.5 else []

    def _does_as_he_likes(self, dice: Random, shown: list[Received]) -> list[bytes]:
        """Taps something old, quotes something old, changes his mind, sends a pin, a picture, a voice, or STOP."""
        what = dice.random()
        old = dice.choice(shown) if shown else None
        answers = answers_on(old) if old else []
        if what < 0.3 and old and answers:
            title, payload = dice.choice(answers)
            return [self.double.tap(self.address, payload, title, old.id)]
        if what < 0.4 and old:
            return [self._text(dice.choice(("oui", "non", "OUI")), old.id)]
        if what < 0.5:
            return [self._attachment(dice)]
        if what < 0.53:
            return [self._text("STOP")]
        words = (*WHIMS, *(TRADE_TALK if self.character.services else (*DETAILS, *NEEDS)))
        return [self._text(dice.choice(words)) for _ in range(dice.choice((1, 1, 2)))]

    def _attachment(self, dice: Random) -> bytes:
        return dice.choice(
            (
                lambda: self.double.pin(self.address, 4.0877, 9.7394),
                lambda: self.double.pin(self.address, 3.8667, 11.5167),
                lambda: self.double.voice(self.address),
                lambda: self.double.photo(self.address, "la fuite"),
                lambda: self.double.contact_card(self.address, self.number),
            )
        )()

    def _text(self, words: str, reply_to: str | None = None) -> bytes:
        return self.double.text(self.address, words, reply_to=reply_to)

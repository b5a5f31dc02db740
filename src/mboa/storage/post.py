"""The letters of one transaction: news are queued under their own key, answers to the speaker become one message."""

from dataclasses import replace
from typing import Any

from mboa.dispatch.events import Event
from mboa.dispatch.offer import Offer
from mboa.dispatch.people import Contact, Provider
from mboa.dispatch.policy import Policy
from mboa.dispatch.request import Request
from mboa.notifications.letter import Letter, Scene
from mboa.notifications.letters import HEARINGS, letters_for
from mboa.notifications.replies import reply_letter
from mboa.storage import inbox, outbox
from mboa.storage.known import Known
from mboa.storage.store import Connection

# The longest body that WhatsApp takes with buttons (Meta, interactive messages); longer answers go out in two.
INTERACTIVE_BODY = 1024
# An answer that says less than the news of the same transaction: two quick OUI are told of the job once.
TOLD_BY_NEWS = {"offer_yours_already": "client_contact"}


class Post:
    """Gathers what is to be said; nothing is queued before :meth:`close`, so that an answer comes before the news.

    ``speaker`` is the person whose words this transaction is about, if any.

    ``answers`` are what the speaker was told, in order; with ``outspoken`` false they are kept for the caller instead
    of being sent (the mission's ``UserJourneyManager`` returns them). With ``at_the_end`` the letters are written when
    all that happened has happened, so that whoever is told is read at once: for transactions about many requests,
    each of which moves once.
    """

    def __init__(self, known: Known, conn: Connection, policy: Policy, base_url: str, cause: str | None) -> None:
        self.known = known
        self.conn = conn
        self.policy = policy
        self.base_url = base_url
        self.cause = cause
        self.speaker: Contact | None = None
        self.answers: list[Letter] = []
        self.news: list[tuple[str, Letter]] = []
        self.outspoken = True
        self.at_the_end = False
        self._gathered: list[tuple[Event, Request, Offer | None]] = []

    def announce(self, event: Event, request: Request | None, offer: Offer | None) -> None:
        """What an event means for client and provider."""
        if request is None or event.name not in HEARINGS:
            return
        if self.at_the_end:
            self._gathered.append((event, request, offer))
        else:
            self._tell(event, request, offer)

    def _tell(self, event: Event, request: Request, offer: Offer | None) -> None:
        scene = self._scene(self.known.person(request.client_id), request, offer, event.data)
        for letter in letters_for(event.name, event.actor, scene, self.speaker.id if self.speaker else None):
            if letter.key is not None:
                self.news.append((letter.key, letter))
            else:
                self.answers.append(letter)
        if event.name in {"request_accepted", "media_received"} and scene.provider_contact is not None:
            self._pass_on_media(request, scene.provider_contact)

    def reply(
        self, contact: Contact, phrase: str, request: Request | None, offer: Offer | None, facts: dict[str, Any]
    ) -> None:
        """Say something to the speaker."""
        scene = self._scene(contact, request, offer, facts)
        self.answers.append(reply_letter(phrase, scene))

    def close(self) -> None:
        """Queue the answers (as one message, or as two when one would be too long for buttons), then the news."""
        if self._gathered:
            self._tell_all()
        told = {letter.phrase for _, letter in self.news}
        answers = [letter for letter in self.answers if TOLD_BY_NEWS.get(letter.phrase) not in told]
        letters = merge(answers) if answers and self.outspoken else []
        keyed = [(f"reply:{self.cause}:{number}", letter) for number, letter in enumerate(letters)]
        ready = [(letter, key, self.known.person(letter.contact_id).channel) for key, letter in [*keyed, *self.news]]
        if ready:
            outbox.queue_all(self.conn, ready)

    def _tell_all(self) -> None:
        self.known.providers_with_phones(offer.provider_id for _, _, offer in self._gathered if offer)
        for event, request, offer in self._gathered:
            self._tell(event, request, offer)

    def _scene(self, reader: Contact, request: Request | None, offer: Offer | None, facts: dict[str, Any]) -> Scene:
        provider = self._provider(request, offer)
        return Scene(
            now=self.conn.now,
            policy=self.policy,
            base_url=self.base_url,
            reader=reader,
            request=request,
            offer=offer,
            client=self.known.person(request.client_id) if request else None,
            provider=provider,
            provider_contact=self.known.person(provider.contact_id) if provider else None,
            offers=tuple(self.known.offers(request.id)) if request and request.is_searching else (),
            facts=facts,
        )

    def _provider(self, request: Request | None, offer: Offer | None) -> Provider | None:
        provider_id = offer.provider_id if offer else request.provider_id if request else None
        return self.known.provider(provider_id) if provider_id is not None else None

    def _pass_on_media(self, request: Request, provider: Contact) -> None:
        """The client's voice notes and pictures go to whoever has the job, by their media id."""
        for media in inbox.media_of(self.conn, request.id):
            if media.get("media_id"):
                letter = Letter(
                    contact_id=provider.id,
                    phrase="media",
                    text="",
                    media_id=media["media_id"],
                    media_kind=media["kind"],
                    request_id=request.id,
                )
                self.news.append((f"media:{media['id']}:{provider.id}", letter))


def merge(answers: list[Letter]) -> list[Letter]:
    """One message of several answers: texts one under the other, the buttons of the last that has any."""
    spoken = [letter for letter in answers if letter.text]
    if not spoken:
        return answers
    own = [letter for letter in spoken if letter.phrase != "consent"] or spoken
    chief = next((a for a in reversed(own) if a.buttons or a.choices or a.ask_phone), own[-1])
    text = "\n\n".join(letter.text for letter in spoken)
    whole = replace(chief, text=text)
    if len(text) <= INTERACTIVE_BODY or not (chief.buttons or chief.choices or chief.ask_phone):
        return [whole]
    before = "\n\n".join(letter.text for letter in spoken if letter is not chief)
    return [replace(chief, text=before, buttons=(), choices=(), ask_phone=False), chief]

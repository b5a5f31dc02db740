"""A language model's reading of what the offline reading is unsure of: within its budget, its day, and its good days.

Whatever becomes of it, the person is answered: with the offline reading where no other came.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from mboa.channels.numbers import masked
from mboa.conversation.talk import Utterance
from mboa.llm.breaker import Breaker
from mboa.operations.metrics import track_metric
from mboa.storage import llm_calls
from mboa.storage.inbox import Unread
from mboa.storage.store import Store, StoreAway
from mboa.understanding.llm import Extract, NoAnswer, Question, SecondReader, Unusable, fill_gaps, worth_asking
from mboa.work.reading import EXPECTING, asked, read

logger = logging.getLogger(__name__)
# What people say alike is short; the answers to it are remembered, the messages are not kept longer for that.
REMEMBERED, SHORT_CHARS = 1_024, 160


class SecondOpinion:
    """Asks ``reader`` at most ``most_a_day`` times a day (all processes together), ``seconds`` at the longest."""

    def __init__(self, store: Store, reader: SecondReader, seconds: float, most_a_day: int) -> None:
        self._store = store
        self._reader = reader
        self._seconds = seconds
        self._most_a_day = most_a_day
        self._known: OrderedDict[Question, Extract] = OrderedDict()
        self.breaker = Breaker()

    def wants(self, unread: Unread) -> bool:
        """Whether hearing these messages may take the time of a call."""
        if unread.is_held or unread.is_flood or unread.house_question:
            return False
        # What the conversation asked, but the understanding knows no question for (a phone, a reason): any words do.
        if unread.expecting is not None and unread.expecting not in EXPECTING:
            return False
        return any(_is_unsure(said, unread) for said in read(unread))

    async def consider(self, unread: Unread, utterances: Sequence[Utterance]) -> list[Utterance]:
        """The utterances; the first that is unsure with what the model found in it."""
        heard = list(utterances)
        place = next((number for number, said in enumerate(heard) if _is_unsure(said, unread)), None)
        if place is not None:
            heard[place] = await self._consider(heard[place], unread)
        return heard

    async def close(self) -> None:
        """Let go of the model."""
        await self._reader.close()

    async def _consider(self, said: Utterance, unread: Unread) -> Utterance:
        expecting = asked(unread)
        extract = await self._recall_or_ask(Question(masked(said.text, doubtful=True), expecting))
        if extract is None:
            return said
        return replace(said, facts=fill_gaps(said.facts, extract, expecting))

    async def _recall_or_ask(self, question: Question) -> Extract | None:
        if question in self._known:
            self._known.move_to_end(question)
            return self._known[question]
        outcome, extract = await self._ask(question) if self.breaker.allows() else ("resting", None)
        track_metric("llm.asked", 1, outcome=outcome)
        return extract

    async def _ask(self, question: Question) -> tuple[str, Extract | None]:
        try:
            async with asyncio.timeout(self._seconds):
                if not await self._store.write(llm_calls.take, self._most_a_day):
                    return "capped", None
                extract = await self._reader.read(question)
        except (NoAnswer, Unusable, TimeoutError, StoreAway) as error:
            self._failed(error)
            return "failed", None
        self.breaker.worked()
        self._remember(question, extract)
        return "answered", extract

    def _failed(self, error: Exception) -> None:
        # The error's own words: never the message, and never what the model said.
        logger.warning("llm_failed", extra={"reason": str(error) or type(error).__name__})
        if self.breaker.failed():
            logger.error("llm_rests", extra={"reason": "it failed too often"})

    def _remember(self, question: Question, extract: Extract) -> None:
        if len(question.text) <= SHORT_CHARS:
            self._known[question] = extract
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)


def _is_unsure(said: Utterance, unread: Unread) -> bool:
    return said.kind == "text" and worth_asking(said.text, said.facts, asked(unread))

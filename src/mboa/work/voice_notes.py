"""Voice notes are written down before they are heard, where the house has somebody for it."""

import logging
from dataclasses import replace

import orjson

from mboa.channels.whatsapp.media import NoMedium
from mboa.operations.metrics import track_metric
from mboa.storage import llm_calls, voice
from mboa.storage.inbox import Unread
from mboa.storage.store import Row, Store, StoreAway
from mboa.understanding.voice import NoWords, Transcriber
from mboa.work.media import MediaRoom

logger = logging.getLogger(__name__)


class VoiceNotes:
    """Fetches a note, has it written down and keeps the words; each counts as a call of the day."""

    def __init__(self, store: Store, room: MediaRoom, transcriber: Transcriber, most_a_day: int) -> None:
        self._store = store
        self._room = room
        self._transcriber = transcriber
        self._most_a_day = most_a_day

    def wants(self, unread: Unread) -> bool:
        """Whether there is a note without words among these messages."""
        return not (unread.is_held or unread.is_flood) and any(map(_is_note, unread.rows))

    async def written_down(self, unread: Unread) -> Unread:
        """The messages, the first note among them with its words; as they are when nobody could tell."""
        rows = list(unread.rows)
        place = next((number for number, row in enumerate(rows) if _is_note(row)), None)
        if place is not None and (words := await self._words(rows[place])):
            rows[place] = {**rows[place], "text": words}
        return replace(unread, rows=tuple(rows))

    async def _words(self, row: Row) -> str:
        try:
            if not await self._store.write(llm_calls.take, self._most_a_day):
                return _counted("capped")
            medium = await self._room.open(row["id"], orjson.loads(row["body_json"]))
            words = await self._transcriber.transcribe(medium.content, medium.kind)
            await self._store.write(voice.keep_words, row, words)
        except (NoMedium, NoWords, StoreAway) as error:
            logger.warning("voice_note_unheard", extra={"reason": str(error)})
            return _counted("failed")
        _counted("answered")
        return words


def _is_note(row: Row) -> bool:
    return row["kind"] == "audio" and row["channel"] == "whatsapp" and not row["text"]


def _counted(outcome: str) -> str:
    """No words, and why."""
    track_metric("voice.transcribed", 1, outcome=outcome)
    return ""

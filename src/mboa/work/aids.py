"""What may help to hear a message, and takes its time: a language model, somebody who writes voice notes down."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mboa.conversation.talk import Utterance
from mboa.storage.inbox import Unread
from mboa.work.reading import read

if TYPE_CHECKING:  # where neither is set, nothing of them is loaded
    from mboa.work.second_opinion import SecondOpinion
    from mboa.work.voice_notes import VoiceNotes


@dataclass(frozen=True, slots=True)
class Aids:
    """Those that the house has. Without any, everything is read at once and by itself."""

    second: "SecondOpinion | None" = None
    voice: "VoiceNotes | None" = None

    def wants(self, unread: Unread) -> bool:
        """Whether hearing these messages may take the time of a call."""
        noted = self.voice is not None and self.voice.wants(unread)
        return noted or (self.second is not None and self.second.wants(unread))

    async def read(self, unread: Unread) -> list[Utterance]:
        """Understand one person's messages with all the help there is."""
        if self.voice is not None:
            unread = await self.voice.written_down(unread)
        utterances = read(unread)
        if self.second is None or not self.second.wants(unread):
            return utterances
        return await self.second.consider(unread, utterances)

    async def close(self) -> None:
        """Let go of the model."""
        if self.second is not None:
            await self.second.close()


NO_AIDS = Aids()

"""The demo's past: a few stories really played through the doors and the loops before the page opens."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from mboa.channels.intake import Intake
from mboa.channels.simulator.channel import as_simulated
from mboa.channels.simulator.page import CLIENTS
from mboa.channels.simulator.routes import SimulatorDoors, Written
from mboa.channels.whatsapp.webhook import parse
from mboa.demo import city
from mboa.fake_meta.double import Received
from mboa.storage import timeline
from mboa.wiring import Mboa

PAUL, AWA, EBONGUE, NGO, BRENDA = list(CLIENTS)[1:]
STEPS = ("en_route", "arrived", "done")


@dataclass
class Stage:
    """A system whose loops are turned by hand; ``read`` gathers what the phones are to report as read."""

    mboa: Mboa
    doors: SimulatorDoors
    read: list[Received] = field(default_factory=list)

    async def says(self, phone: str, *texts: str) -> None:
        """Somebody types, message after message, and everything that follows happens."""
        for text in texts:
            await self.doors.write(Written(sender=phone, text=text, name=CLIENTS.get(phone)))
            await self.turn()

    async def turn(self) -> None:
        """Hear, send, and let the phones show that they read it."""
        for name in ("inbox", "outbox"):
            await self.mboa.crew.loops[name].step()
        while self.read:
            body = self.doors.double.status(self.read.pop().id, "read")
            await self.doors.intake.keep(as_simulated(parse(body)))

    async def works(self, phone: str, *steps: str) -> None:
        """A provider taps his way through the job he took last."""
        waiting = await self.mboa.office.store.read(timeline.to_answer)
        job = [row for row in waiting.jobs if row["phone"] == phone][-1]
        for step in steps:
            await self.doors.write(Written(sender=phone, button=f"job:{job['id']}:{step}"))
            await self.turn()

    async def takes(self, *steps: str) -> None:
        """Whoever is being asked says yes, and goes as far with the job as told."""
        phone = await self.asked()
        await self.says(phone, "OUI")
        await self.works(phone, *steps)

    async def asked(self) -> str:
        """The phone that holds the newest open offer."""
        waiting = await self.mboa.office.store.read(timeline.to_answer)
        return str(waiting.offers[-1]["phone"])


def stage(mboa: Mboa) -> Stage:
    """Set up on a system that is open and whose loops do not run; nothing waits for the rest of a burst."""
    assert mboa.double is not None
    made = Stage(mboa, SimulatorDoors(Intake(mboa.office, timedelta(0)), mboa.double))
    gather: Callable[[Received], None] = made.read.append
    mboa.double.on_accept = gather
    return made


async def play(mboa: Mboa) -> str:
    """The city gets up, and six people have six stories; returns the follow token of one that is under way."""
    await mboa.office.store.write(city.settle, "simulator")
    on = stage(mboa)
    for entry in city.entries():
        await on.doors.write(Written(sender=entry.phone, text="DISPO"))
    await on.turn()
    await _finished(on)
    await _cancelled(on)
    await on.says(NGO, "Plus de courant chez moi à Makepe depuis ce matin, c'est urgent", "oui")
    await on.takes("en_route")
    await on.says(BRENDA, "My washing machine is leaking, Kotto, tomorrow morning", "yes")
    await on.says(await on.asked(), "NON")
    token = await mboa.office.store.read(timeline.latest_token, NGO)
    assert token is not None
    return token


async def _finished(on: Stage) -> None:
    """Three who found their repairer and rated him; the second was asked twice."""
    await on.says(PAUL, "Bonjour, le WC est bouché à Akwa, demain matin", "oui")
    await on.takes(*STEPS)
    await on.says(PAUL, "5", "Rapide et propre, merci")
    await on.says(AWA, "Disjoncteur qui saute à Deido, ce soir", "oui")
    await on.says(await on.asked(), "NON")
    await on.takes(*STEPS)
    await on.says(AWA, "4")
    await on.says(EBONGUE, "My fridge is not cooling, Bonapriso, tomorrow morning", "yes")
    await on.takes(*STEPS)
    await on.says(EBONGUE, "5")


async def _cancelled(on: Stage) -> None:
    await on.says(EBONGUE, "Water di leak for my kitchen for Bonamoussadi, abeg come now now", "yes", "CANCEL", "yes")

"""The double's own doors: what it was sent, what people do with their phones, and what shall go wrong."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mboa.fake_meta.bodies import entry_of, ids_in
from mboa.fake_meta.clock import MovableClock
from mboa.fake_meta.faults import PROFILES, changed
from mboa.fake_meta.reading import Json, Refused
from mboa.fake_meta.receiver import Receiver
from mboa.fake_meta.wire import json_bytes

if TYPE_CHECKING:
    from mboa.fake_meta.courier import Courier
    from mboa.fake_meta.double import MetaDouble

_BROKEN = (Refused, KeyError, TypeError, AttributeError, ValueError)


def as_json(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(json_bytes(value), status, media_type="application/json")


class Control:
    """What a tester calls. Whatever cannot be read is answered 422 with the reason under ``error``."""

    def __init__(self, double: "MetaDouble", courier: "Courier | None") -> None:
        self.double = double
        self.courier = courier

    def routes(self) -> list[Route]:
        """Every door."""
        return [
            Route("/log", self.log),
            Route("/webhooks", self.webhooks),
            Route("/phones", self.phones),
            Route("/phones/{address}", self.phone),
            Route("/phones/{address}/messages", _posted(self.say), methods=["POST"]),
            Route("/phones/{address}/moves", _posted(self.move), methods=["POST"]),
            Route("/phones/{address}/failures", _posted(self.fail), methods=["POST"]),
            Route("/profile", self.profile),
            Route("/profile", _posted(self.adopt), methods=["POST"]),
            Route("/templates/{name}/{language}", _posted(self.review), methods=["POST"]),
            Route("/webhook", self.subscribe, methods=["POST"]),
            Route("/clock", _posted(self.advance), methods=["POST"]),
        ]

    async def log(self, request: Request) -> Response:
        """``GET /log?after=``: every request that came, or those after a ``sequence``, with the statuses up to now."""
        after, now = request.query_params.get("after", "0"), self.double.clock()
        start = int(after) if after.isdecimal() else 0
        asked = [entry for entry in list(self.double.log) if entry["sequence"] > start]
        return as_json([entry | {"statuses": [s for s in entry["statuses"] if s["at"] <= now]} for entry in asked])

    async def webhooks(self, _: Request) -> Response:
        """``GET /webhooks``: every body that left and what it was answered, and how many updates wait."""
        courier = self.courier
        told = list(courier.deliveries) if courier else []
        waiting, given_up = (courier.waiting(), courier.given_up) if courier else (0, 0)
        return as_json({"waiting": waiting, "given_up": given_up, "deliveries": told})

    # --- phones

    async def phones(self, _: Request) -> Response:
        """``GET /phones``: every address, with its window and how many messages it received."""
        return as_json([self._summary(address) for address in self.double.addresses()])

    async def phone(self, request: Request) -> Response:
        """``GET /phones/{address}``: what this phone shows."""
        address = request.path_params["address"]
        messages = [asdict(message) for message in self.double.phone(address)]
        return as_json({**self._summary(address), "messages": messages})

    def _summary(self, address: str) -> Json:
        return {
            "address": address,
            "name": self.double.names.get(address),
            "window_open": self.double.window_open(address),
            "received": len(self.double.phone(address)),
        }

    def say(self, asked: Json, address: str) -> Json:
        """``POST /phones/{address}/messages``: somebody writes, taps, or sends something.

        One of ``text``, ``tap`` (a title on a message it was shown, the newest first), ``location``, ``voice``,
        ``photo``, ``contact``, ``reaction``; with ``name`` for the profile and ``reply_to`` for a quoted message.
        """
        if "name" in asked:
            self.double.names[address] = str(asked["name"])
        kinds = [kind for kind in _SAYINGS if kind in asked]
        if len(kinds) != 1:
            raise ValueError(f"one of {', '.join(_SAYINGS)} is needed")
        return self._told(_SAYINGS[kinds[0]](self.double, address, asked))

    def move(self, asked: Json, address: str) -> Json:
        """``POST /phones/{address}/moves``: ``{"number": "+237…"}`` or ``{"user_id": "CM.…"}``; a system message."""
        if "number" in asked:
            return self._told(self.double.change_number(address, asked["number"]))
        return self._told(self.double.change_user_id(address, asked["user_id"]))

    def fail(self, asked: Json, address: str) -> Json:
        """``POST /phones/{address}/failures``: refuse the next message to it with ``code`` (or none) and ``status``."""
        self.double.fail_next(address, code=asked.get("code"), status=int(asked.get("status", 400)))
        return {"address": address, **asked}

    def _told(self, body: bytes) -> Json:
        entry = entry_of(body)
        if self.courier:
            self.courier.hand_over(body)
        return {"id": next(iter(ids_in(entry)), None), "webhook": orjson.loads(body)}

    # --- what goes wrong

    async def profile(self, _: Request) -> Response:
        """``GET /profile``: the knobs as they stand, and the names of the ready-made profiles."""
        return as_json({"names": sorted(PROFILES), "now": asdict(self.double.profile)})

    def adopt(self, asked: Json, _: str) -> Json:
        """``POST /profile``: a ready-made profile by ``name``, single knobs by theirs, ``seed`` for its chance.

        Without a name the knobs of now are turned.
        """
        knobs = {knob: value for knob, value in asked.items() if knob not in {"name", "seed"}}
        ground = PROFILES[asked["name"]] if "name" in asked else self.double.profile
        self.double.adopt(changed(ground, knobs), seed=int(asked.get("seed", 0)))
        return asdict(self.double.profile)

    def review(self, asked: Json, name: str, language: str) -> Json:
        """``POST /templates/{name}/{language}``: ``{"status": "PAUSED"}``; the webhook says so."""
        return self._told(self.double.registry.review(name, language, asked["status"], self.double.clock()))

    # --- the process

    async def subscribe(self, request: Request) -> Response:
        """``POST /webhook``: ``{"url": …, "app_secret": …, "verify_token": …}`` is the receiver from now on.

        With a verify token Meta's handshake comes first; 409 when the receiver does not echo the challenge.
        """
        try:
            asked = orjson.loads(await request.body())
            receiver = Receiver(asked["url"], asked.get("app_secret", ""))
        except _BROKEN as broken:
            return as_json({"error": f"{type(broken).__name__}: {broken}"}, 422)
        if self.courier is None:
            return as_json({"error": "this double has no courier"}, 409)
        if "verify_token" in asked and not await receiver.handshake(asked["verify_token"]):
            return as_json({"error": "the receiver did not echo the challenge"}, 409)
        self.courier.deliver_to(receiver)
        return as_json({"url": receiver.url})

    def advance(self, asked: Json, _: str) -> Json:
        """``POST /clock``: ``{"advance_seconds": 86400}``, so that a window closes now."""
        if not isinstance(self.double.clock, MovableClock):
            raise ValueError("the clock of this double is in other hands")
        self.double.clock.advance(float(asked.get("advance_seconds", 0)))
        if self.courier:
            self.courier.wake()
        return {"at": self.double.clock()}


def _tap(double: "MetaDouble", address: str, asked: Json) -> bytes:
    for message in reversed(double.phone(address)):
        titles = {each.title: each.payload for each in message.buttons}
        titles |= {each.title: each.payload for each in message.choices}
        if asked["tap"] in titles and asked.get("reply_to") in {None, message.id}:
            return double.tap(address, titles[asked["tap"]], asked["tap"], message.id)
    raise ValueError(f"{address} was shown no button {asked['tap']!r}")


_SAYINGS: dict[str, Callable[["MetaDouble", str, Json], bytes]] = {
    "text": lambda double, who, asked: double.text(who, asked["text"], reply_to=asked.get("reply_to")),
    "tap": _tap,
    "location": lambda double, who, asked: double.pin(who, **asked["location"]),
    "voice": lambda double, who, asked: double.voice(who, str(asked["voice"])),
    "photo": lambda double, who, asked: double.photo(who, asked.get("caption", ""), str(asked["photo"])),
    "contact": lambda double, who, asked: double.contact_card(who, asked["contact"], asked.get("contact_name", "")),
    "reaction": lambda double, who, asked: double.react(who, asked["reply_to"], asked["reaction"]),
}


def _posted(act: Callable[..., Json]) -> Callable[[Request], Any]:
    """A door that takes a JSON object and what its path names."""

    async def door(request: Request) -> Response:
        try:
            asked = orjson.loads(await request.body() or b"{}")
            return as_json(act(asked, *(request.path_params.values() or ("",))))
        except _BROKEN as broken:
            return as_json({"error": f"{type(broken).__name__}: {broken}"}, 422)

    return door

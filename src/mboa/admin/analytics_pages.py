"""``GET /admin/analytics``: the figures of some days as a page; which days and what of them stands in its address."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from mboa.admin.cards import cards
from mboa.admin.charts import FEW, spark, wilson
from mboa.admin.desk import AtDesk
from mboa.admin.gate import Viewer
from mboa.admin.page import show
from mboa.admin.periods import DEFAULT_DAYS, span_of
from mboa.admin.reader import Reader
from mboa.admin.scene import Scene, look
from mboa.conversation.draft import SERVED
from mboa.storage.store import Connection
from mboa.understanding.gazetteer import zone_name

RANGES = (7, 30, 90)


async def overview(http: Request, desk: AtDesk, me: Viewer) -> Response:
    """The page; as JSON the totals that its tiles show."""
    reader, query = Reader(me.language), http.query_params

    def read(conn: Connection) -> Scene:
        return look(conn, span_of(query, conn.now, reader.said))

    scene = await desk.office.store.read(read)
    chosen = None if query.get("from") or query.get("to") else int(query.get("days") or DEFAULT_DAYS)
    shown = {
        "span": scene.span,
        "chosen": chosen,
        "ranges": [(days, reader.say("last_days", n=str(days))) for days in RANGES],
        "services": [("", reader.said["all"]), *((code, reader.name("service", {"bucket": code})) for code in SERVED)],
        "zones": [
            ("", reader.said["all"]),
            *sorted(
                ((slug, zone_name(slug)) for slug in {*scene.zones, *filter(None, [scene.span.zone])}), key=_second
            ),
        ],
        "compared": reader.say("compared", n=reader.number(scene.span.days)),
        "tiles": tiles(scene, reader),
        "cards": cards(scene, reader),
    }
    return show(http, me, "analytics/page.html", shown, json=_totals(scene))


def _second(pair: tuple[str, str]) -> str:
    return pair[1]


def _totals(scene: Scene) -> dict[str, Any]:
    return {
        "from": scene.span.first,
        "to": scene.span.last,
        "requests": scene.requests,
        "requests_before": scene.requests_before,
        "response_times": scene.times,
        "response_times_before": scene.times_before,
        "messages_sent": scene.sent,
    }


def tiles(scene: Scene, reader: Reader) -> list[dict[str, Any]]:
    """The figures at the head: each with the change since the days before, its course, and how sure it is."""
    said, now, before = reader.said, scene.requests, scene.requests_before
    shares = [
        _share_tile(said[name], (now[of], now[whole]), name, scene, reader)
        for name, of, whole in (("success", "completed", "settled"), ("matched", "accepted", "assigned"))
    ]
    for tile, key in zip(shares, ("rate", "matched"), strict=True):
        tile["change"] = reader.points(now[key], before[key])
    return [
        {
            "label": said["created"],
            "figure": reader.number(now["created"]),
            "change": reader.growth(now["created"], before["created"]),
            "course": spark([row["created"] for row in scene.days]),
            "note": "",
            "few": False,
        },
        *shares,
        {
            "label": said["median"],
            "figure": reader.duration(scene.times["p50_seconds"]),
            "change": reader.later(scene.times["p50_seconds"], scene.times_before["p50_seconds"]),
            "course": spark([row["p50_seconds"] for row in scene.times_by_day]),
            "note": _note(scene.times["n"], "", reader),
            "few": scene.times["n"] < FEW,
        },
    ]


def _share_tile(label: str, seen: tuple[int, int], name: str, scene: Scene, reader: Reader) -> dict[str, Any]:
    part, whole = seen
    between = wilson(part, whole)
    interval = f"{reader.share(between[0])}–{reader.share(between[1])}" if between else ""
    key = "rate" if name == "success" else "matched"
    return {
        "label": label,
        "figure": reader.share(part / whole if whole else None),
        "course": spark([row[key] for row in scene.days]),
        "note": _note(whole, interval, reader),
        "few": whole < FEW,
    }


def _note(n: int, interval: str, reader: Reader) -> str:
    """On how much a figure rests: ``n = 112, 74 %–88 %``, or that it is too little."""
    said = reader.said["too_few"] if n < FEW else interval
    return f"n = {reader.number(n)}" + (f", {said}" if said else "")

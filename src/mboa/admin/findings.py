"""The title above each chart: what it shows, in words; and nothing bold where the cases are few."""

from collections.abc import Sequence

from mboa.admin.charts import FEW
from mboa.admin.reader import Reader
from mboa.admin.scene import Scene
from mboa.storage.store import Row


def of_success(scene: Scene, reader: Reader) -> str:
    """``Sept demandes sur dix trouvent un dépanneur``."""
    matched, assigned = scene.requests["matched"], scene.requests["assigned"]
    if not scene.requests["created"]:
        return reader.say("finding_none")
    if matched is None or assigned < FEW:
        return reader.say("finding_few", n=reader.number(assigned))
    return str(reader.said["tenths"][str(round(10 * matched))])


def of_times(scene: Scene, reader: Reader) -> str:
    """``La moitié des réponses viennent en moins de 4 min 10 s``."""
    if not scene.times["n"]:
        return reader.say("finding_no_times")
    if scene.times["n"] < FEW:
        return reader.say("finding_few_times", n=reader.number(scene.times["n"]))
    return reader.say("finding_times", time=reader.duration(scene.times["p50_seconds"]))


def of_buckets(kind: str, rows: Sequence[Row], reader: Reader) -> str:
    """``Plomberie réussit le mieux : 82 %``, of those with cases enough, if there are two to compare."""
    sure = [row for row in rows if row["rate"] is not None and settled(row) >= FEW]
    if kind == "provider" or len(sure) < 2:
        return reader.say(f"finding_{kind}s")
    best = max(sure, key=lambda row: float(row["rate"]))
    return reader.say(f"finding_{kind}", name=reader.name(kind, best), rate=reader.share(best["rate"]))


def of_places(scene: Scene, reader: Reader) -> str:
    """``C'est à Akwa (Plomberie) que les dépanneurs manquent le plus : 12``."""
    if not scene.places:
        return reader.say("finding_no_unmet")
    worst = scene.places[0]
    zone, service = (reader.name(kind, {"bucket": worst[kind]}) for kind in ("zone", "service"))
    return reader.say("finding_unmet", zone=zone, service=service, n=reader.number(worst["n"]))


def of_hours(scene: Scene, reader: Reader) -> str:
    """``On manque surtout de monde vers 18 h``."""
    by_hour = dict.fromkeys(range(24), 0)
    for row in scene.hours:
        by_hour[row["hour"]] += row["n"]
    worst = max(by_hour, key=by_hour.__getitem__)
    return reader.say("finding_hours", hour=str(worst)) if scene.hours else reader.say("finding_no_unmet")


def of_words(counted: Sequence[tuple[str, int]], reader: Reader) -> str:
    """``« mazout » est le mot le moins compris``."""
    return reader.say("finding_words", word=counted[0][0]) if counted else reader.say("finding_no_words")


def of_costs(scene: Scene, reader: Reader) -> str:
    """``14,2 messages pour une demande terminée``."""
    if not scene.completed:
        return reader.say("finding_no_costs")
    return reader.say("finding_costs", n=reader.number(scene.sent / scene.completed))


def settled(row: Row) -> int:
    """How many requests are over, or without a provider."""
    return int(row["completed"] + row["cancelled"] + row["unserved"])

"""Real processes with a canary in every secret, and people whose numbers and words are canaries too: none gets out."""

import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from mboa.fake_meta.double import sign
from tests.city import SECRET
from tests.engines import Database
from tests.processes import Meta, Process, eventually, web

CANARY_SECRETS = {
    "MBOA_SECRET_KEY": "canary-key-0123456789abcdefghijklmnopqrstuv",
    "MBOA_WHATSAPP_TOKEN": "canary-token-0123456789",
    "MBOA_WHATSAPP_APP_SECRET": f"{SECRET},canary-old-app-secret",
    "MBOA_WHATSAPP_VERIFY_TOKEN": "canary-verify-0123456789",
    "MBOA_TWILIO_AUTH_TOKEN": "canary-twilio-0123456789",
    "MBOA_METRICS_TOKEN": "canary-metrics-0123456789",
    "MBOA_ALERT_WEBHOOK": "https://127.0.0.1:9/canary-alert-path",
}
SECRETS = [part for value in CANARY_SECRETS.values() for part in value.split(",")] + ["canary-alert-path"]
MIREILLE, AWA = "+237677123409", "+237699876502"
NUMBERS = [number[shown:] for number in (MIREILLE, AWA) for shown in (1, 4)] + ["Njk5ODc2NTAy", "Njc3MTIzNDA5"]
WORDS = ("Fuitecanari", "Repèrecanari", "Mireillecanari")
NEED = f"{WORDS[0]} : j'ai une fuite sous l'évier à Bonamoussadi derrière {WORDS[1]}, demain matin"


class House:
    """Processes on one database and one log file."""

    def __init__(self, database: Database, meta: Meta, roles: tuple[str, ...], folder: Path) -> None:
        self.meta, self.log = meta, folder / "mboa.log"
        named = {**CANARY_SECRETS, "MBOA_LOG_FILE": str(self.log), "MBOA_LOG_MAX_BYTES": "20000"}
        self.processes = [Process(database, meta, role, **named) for role in roles]
        for process in self.processes:
            process.start()
        self.door = next(process for process in self.processes if process.role != "worker")

    def get(self, path: str, **headers: str) -> str:
        """A page."""
        return web().get(f"http://127.0.0.1:{self.door.port}{path}", headers=headers).text

    def journey(self) -> None:
        """Mireille's need, from her first words to her thanks."""
        self.meta.double.names[MIREILLE] = WORDS[2]
        for number, words in enumerate((NEED, "OUI", "STATUT", "ANNULER", "AIDE", "MES DONNEES")):
            self.door.post(self.meta.double.text(MIREILLE, words))
            eventually(lambda n=number: self.heard() > n, f"an answer to {words}")  # type: ignore[misc]

    def heard(self) -> int:
        """How many messages Mireille's phone has."""
        return len(self.meta.double.phone(MIREILLE))

    def troubles(self) -> list[str]:
        """Everything at the doors that may be refused or fail; what was answered."""
        hook = f"http://127.0.0.1:{self.door.port}/webhooks/whatsapp"
        bodies = [NEED.encode(), b'{"entry": 7}', json.dumps({"entry": [{"changes": [{"value": MIREILLE}]}]}).encode()]
        said = [web().post(hook, content=body, headers={"x-hub-signature-256": "sha256=0"}).text for body in bodies]
        said += [
            web().post(hook, content=body, headers={"x-hub-signature-256": sign(body, SECRET)}).text for body in bodies
        ]
        asked = {"hub.mode": "subscribe", "hub.verify_token": MIREILLE, "hub.challenge": "1"}
        said.append(web().get(hook, params=asked).text)
        login = {"email": f"{WORDS[2]}@mboa.test", "password": MIREILLE}
        said.append(web().post(f"http://127.0.0.1:{self.door.port}/admin/login", json=login).text)
        said += [self.get(path) for path in ("/admin/dashboard", "/suivi/none", "/metrics", f"/{'x' * 200}")]
        return said

    def lines(self) -> str:
        """The whole log: the open file and what was turned over."""
        import gzip

        packed = [gzip.decompress(one.read_bytes()).decode() for one in self.log.parent.glob("*.gz")]
        plain = [one.read_text() for one in self.log.parent.glob("mboa.log*") if one.suffix not in {".gz", ".part"}]
        return "".join([*packed, *plain])


@contextmanager
def house(database: Database, roles: tuple[str, ...], folder: Path) -> Iterator[House]:
    """Started, and ended whatever happens."""
    with Meta() as meta:
        yield House(database, meta, roles, folder)


def command_lines(processes: list[Process]) -> str:
    """What everybody on this machine may read of them."""
    return " ".join(part for process in processes for part in psutil.Process(process.pid).cmdline())


def escaped(text: str, canaries: list[str]) -> list[str]:
    """The canaries that are in there, also as JSON escapes them."""
    plain = text + re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    return [canary for canary in canaries if canary in plain]


@pytest.mark.parametrize("roles", [("serve",), ("web", "web", "worker")])
def test_no_canary_gets_out(request: pytest.FixtureRequest, roles: tuple[str, ...], tmp_path: Path) -> None:
    kind = "sqlite" if roles == ("serve",) else "postgresql"
    database: Database = request.getfixturevalue(f"{kind}_database")
    with house(database, roles, tmp_path / "logs") as town:
        town.journey()
        pages = [*town.troubles(), *(town.get(path) for path in ("/health/ready", "/admin/login"))]
        token = f"Bearer {CANARY_SECRETS['MBOA_METRICS_TOKEN']}"
        # The other processes bring what they counted every few seconds.
        counted = "request_created_total 1.0"
        eventually(lambda: counted in town.get("/metrics", authorization=token), "the worker's figures")
        figures = town.get("/metrics", authorization=token)
        assert escaped(command_lines(town.processes), SECRETS) == []
        for process in town.processes:
            assert process.stop() == 0
        log = town.lines()
        told = {line["event"] for line in map(json.loads, log.splitlines())}
    assert {"request_created", "request_cancelled", "webhook_parked", "store_opened"} <= told
    assert escaped(log, [*SECRETS, *NUMBERS, *WORDS]) == []
    assert escaped(figures, [*SECRETS, *NUMBERS, *WORDS]) == []
    assert escaped("".join(pages), SECRETS) == []


def test_the_log_file_is_turned_over_under_load_and_loses_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    with house(sqlite_database, ("serve",), tmp_path / "logs") as town:
        stop = threading.Event()

        def turn() -> None:
            while not stop.wait(0.05):
                if town.log.exists():
                    town.log.rename(town.log.with_name(f"mboa.log.moved{os.urandom(4).hex()}"))

        mover = threading.Thread(target=turn)
        mover.start()
        for number in range(40):
            town.door.post(town.meta.double.text(f"+2376991{number:05}", f"bonjour, frigo en panne à Deido {number}"))
        eventually(lambda: len(town.meta.double.log) >= 40, "all are answered")
        stop.set()
        mover.join()
        assert town.door.stop() == 0
        events = [json.loads(line)["event"] for line in town.lines().splitlines()]
    assert events.count("request_drafted") == 40

"""What an operator teaches one process, another one knows within a minute."""

import httpx2

from mboa.storage.admin import accounts, tokens
from mboa.storage.store import Connection
from tests.engines import Database
from tests.processes import Meta, Process, eventually

MIREILLE = "+237677000001"


def _operator(conn: Connection) -> str:
    account = accounts.create(conn, "odile@mboa.test", "operator", "fr")
    assert account is not None
    return tokens.create(conn, account.id, "tests")[1]


async def test_a_worker_learns_what_the_web_was_taught(postgresql_database: Database) -> None:
    store = postgresql_database.store()
    await store.open()
    headers = {"authorization": f"Bearer {await store.write(_operator)}", "accept": "application/json"}
    await store.close()
    with Meta() as meta:
        web, worker = Process(postgresql_database, meta, "web"), Process(postgresql_database, meta, "worker")
        web.start()
        worker.start()
        lesson = {"phrase": "mazoutière", "kind": "fixture", "meaning": "appliance"}
        taught = httpx2.post(
            f"http://127.0.0.1:{web.port}/admin/review/words", json=lesson, headers=headers, timeout=20
        )
        assert taught.status_code == 201

        def understood() -> bool:
            number = len(meta.double.phone(MIREILLE))
            web.post(meta.double.text(MIREILLE, "ma mazoutière de Logbaba, demain"))
            eventually(lambda: len(meta.double.phone(MIREILLE)) > number, "Mireille is answered")
            return "lectroménager" in meta.double.phone(MIREILLE)[-1].text

        eventually(understood, "the worker knows the word", 60)

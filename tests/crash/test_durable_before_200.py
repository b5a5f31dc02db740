"""A webhook is answered 200 when it is on the disk, and not before: what the kernel saw, call by call."""

import re
from pathlib import Path

from tests.city import NEED
from tests.crash import strace
from tests.crash.nursery import Quick
from tests.engines import Database
from tests.processes import Meta

POSTS = 15
CALLS = "fdatasync,fsync,read,recvfrom,write,writev,sendto,sendmsg"
REQUEST, ANSWER = re.compile(r'"POST /webhooks/whatsapp'), re.compile(r'"HTTP/1\.1 200')
# SQLite's flush has returned; PostgreSQL's word that the transaction is committed has been read.
DURABLE = {
    "sqlite": re.compile(r"fdatasync(\(\d+\)| resumed>\))\s+= 0"),
    "postgresql": re.compile(r'recvfrom.*"C\\0\\0\\0\\vCOMMIT'),
}


def unproven(lines: list[str], durable: re.Pattern[str]) -> tuple[int, list[str]]:
    """How many requests were answered, and the answers that were given before the commit was durable."""
    answered, early, is_durable = 0, [], False
    for line in lines:
        if REQUEST.search(line):
            is_durable = False
        elif durable.search(line):
            is_durable = True
        elif ANSWER.search(line):
            answered += 1
            early += [] if is_durable else [line]
    return answered, early


def test_every_200_comes_after_the_commit(database: Database, tmp_path: Path) -> None:
    strace.require()
    log = tmp_path / "calls"
    with Meta() as meta:
        process = Quick(database, meta, MBOA_BURST_SECONDS="600")  # nothing else is written meanwhile
        process.start()
        with strace.recording(process.pid, CALLS, log):
            codes = [process.answer(meta.double.text(f"+2376770000{n:02}", NEED)) for n in range(POSTS)]
    answered, early = unproven(log.read_text(errors="replace").splitlines(), DURABLE[database.dialect])
    assert codes == [200] * POSTS
    assert answered == POSTS
    assert early == []

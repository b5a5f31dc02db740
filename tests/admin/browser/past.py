"""What has happened in the house before the browsers come: at least one of everything that a page can show."""

from datetime import timedelta

import httpx2

from mboa.channels.simulator.channel import as_simulated
from mboa.channels.whatsapp.webhook import parse
from mboa.demo import traffic
from mboa.storage.store import Connection
from tests.admin.browser.house import NEED, House
from tests.engines import lookup

HUMAN, STOPPED, LOST, SILENT, VAGUE, UNSURE, AWAY, TAKEN = (f"+2376770002{n:02}" for n in range(1, 9))
STRANGE = b'{"from": "237677009999", "text": "<b>not what Meta sends</b>"'


def full_past(house: House) -> None:
    """The demo's six stories, then what goes wrong in a week."""
    house.do(traffic.play(house.mboa))
    _people(house)
    with house.program() as desk:
        _work(house, desk)
    house.change(_long_ago)


def _people(house: House) -> None:
    house.says(HUMAN, "Je veux parler à quelqu'un de votre équipe")
    house.says(STOPPED, NEED, "oui", "STOP")
    house.says(VAGUE, "je cherche un plombier")
    house.says(UNSURE, NEED)
    house.says(SILENT, "blablabla xyz", "toujours rien")
    house.says(TAKEN, "Ma clim est gâtée à Bonapriso ce soir, c'est urgent", "oui")
    house.says(AWAY, "Prise qui fume à Yassa, ce soir", "oui")
    house.do(house.on.doors.intake.keep(as_simulated(parse(STRANGE))))
    assert house.mboa.double is not None
    house.mboa.double.fail_next(LOST, code=131026)
    house.says(LOST, NEED, "oui")


def contact(house: House, phone: str) -> int:
    """The id under which the house knows somebody."""
    return int(house.one("SELECT contact_id FROM identities WHERE lookup = :value", value=lookup(phone)))


def message(house: House, phone: str, direction: str = "in") -> int:
    """The id of the newest message from or to somebody."""
    sql = "SELECT max(id) AS id FROM messages WHERE contact_id = :contact AND direction = :direction"
    return int(house.one(sql, contact=contact(house, phone), direction=direction))


def request(house: House, phone: str) -> int:
    """The id of somebody's newest request."""
    return int(house.one("SELECT max(id) AS id FROM requests WHERE client_id = :client", client=contact(house, phone)))


def _work(house: House, desk: httpx2.Client) -> None:
    """What operators have done."""
    vague, taken = contact(house, VAGUE), contact(house, TAKEN)
    meant = {"intent": "new_request", "service": "plumbing", "place": "Akwa", "note": "au téléphone"}
    ask(desk, "PUT", f"/admin/conversations/{vague}/messages/{message(house, VAGUE)}/misread", meant)
    ask(desk, "PUT", f"/admin/conversations/{taken}/takeover", {"on": True})
    ask(desk, "POST", f"/admin/conversations/{taken}/messages", {"text": "Bonjour, ici Odile de Mboa."})
    house.turn()
    ask(desk, "POST", "/admin/requests/filters", {"name": "Urgences", "query": "status=open&zone=akwa"})
    ask(desk, "POST", "/admin/providers/13/blocks", {"client": str(vague)})
    version = house.one("SELECT version FROM providers WHERE id = 12")
    ask(
        desk, "PUT", "/admin/providers/12", {"version": version, "active": False, "hours": "07:00-19:00", "capacity": 2}
    )
    ask(desk, "DELETE", "/admin/providers/14", None)
    ask(desk, "POST", f"/admin/requests/{request(house, UNSURE)}/cancel", {"reason": "écrit deux fois"})
    house.turn()


def ask(desk: httpx2.Client, method: str, path: str, body: object) -> httpx2.Response:
    """What must succeed."""
    answer = desk.request(method, path, json=body)
    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer


def _long_ago(conn: Connection) -> None:
    """One whose 24 hours are over."""
    sql = "UPDATE contacts SET last_inbound_at = :at WHERE id = (SELECT contact_id FROM identities WHERE lookup = :one)"
    conn.run(sql, at=conn.now - timedelta(hours=30), one=lookup(SILENT))

"""Every page of the admin that a link leads to, in each of its shapes, by a name that a failure can show."""

from mboa.storage.admin.accounts import Role
from tests.admin.browser import past
from tests.admin.browser.house import House

EVERYBODY = {
    "dashboard": "/admin/dashboard",
    "requests": "/admin/requests",
    "requests, filtered": "/admin/requests?status=open&service=plumbing&q=fuite&sort=waiting",
    "requests, none": "/admin/requests?q=introuvable",
    "requests, wrong": "/admin/requests?status=nonsense&from=hier",
    "request, done": "/admin/requests/1",
    "request, cancelled": "/admin/requests/4",
    "request, under way": "/admin/requests/5?done=assign",
    "conversations": "/admin/conversations",
    "conversations, none": "/admin/conversations?q=introuvable",
    "conversation of a client": "/admin/conversations/15",
    "conversation of a provider": "/admin/conversations/1",
    "message in": "/admin/conversations/{vague}/messages/{vague_message}?done=marked",
    "message out": "/admin/conversations/{vague}/messages/{sent}",
    "message that failed": "/admin/conversations/{lost}/messages/{failed}",
    "conversation, held": "/admin/conversations/{taken}",
    "conversation, closed": "/admin/conversations/{silent}",
    "conversation, stopped": "/admin/conversations/{stopped}",
    "parked": "/admin/parked",
    "parked one": "/admin/parked/{parked}",
    "misread": "/admin/misread",
    "words to learn": "/admin/review?phrase=zinzin&done=taught",
    "providers": "/admin/providers",
    "providers, deleted": "/admin/providers?state=deleted",
    "providers, none": "/admin/providers?q=introuvable",
    "provider": "/admin/providers/1?done=saved",
    "provider, blocked": "/admin/providers/12",
    "provider, ranked": "/admin/providers/13?service=electricity&zone=akwa",
    "provider, deleted": "/admin/providers/14?done=deleted",
    "analytics": "/admin/analytics",
    "analytics, one trade": "/admin/analytics?days=30&service=plumbing",
    "metrics": "/admin/metrics",
    "account": "/admin/account?done=saved",
    "second factor": "/admin/account/two-factor",
    "nothing": "/admin/requests/999999",
}
OPERATORS = {
    "request, live": "/admin/requests/{live}?find=e",
    "request, to take back": "/admin/requests/{cancelled}?done=cancel",
    "request, unserved": "/admin/requests/{unserved}?find=e",
    "request, gathering": "/admin/requests/{draft}?find=e",
    "provider, new": "/admin/providers/new",
    "provider, edited": "/admin/providers/1/edit",
    "provider, to delete": "/admin/providers/1/delete",
    "provider with a job, to delete": "/admin/providers/{busy}/delete",
    "providers, import": "/admin/providers/import",
}
OWNERS = {
    "users": "/admin/users",
    "user": "/admin/users/1?done=saved",
    "client, to erase": "/admin/contacts/15/erase",
    "provider, to erase": "/admin/contacts/1/erase",
    "audit": "/admin/audit",
    "audit, filtered": "/admin/audit?action=provider_changed&account=1",
    "audit, none": "/admin/audit?subject=request:99999",
}
FORBIDDEN = {"not allowed": "/admin/users"}
NOT_FOUND, REFUSED = {"nothing"}, {"not allowed"}


def pages_of(house: House, role: Role) -> dict[str, str]:
    """The addresses that this role can come to, by name."""
    chosen = dict(EVERYBODY)
    if role != "viewer":
        chosen |= OPERATORS
    chosen |= OWNERS if role == "owner" else FORBIDDEN
    known = _ids(house)
    return {name: path.format(**known) for name, path in chosen.items()}


def expected_status(name: str) -> int:
    """What such a page is answered with."""
    if name in NOT_FOUND:
        return 404
    if name in REFUSED:
        return 403
    return 422 if name.endswith(", wrong") else 200


def _ids(house: House) -> dict[str, int]:
    """The ids of what the past has left."""
    busy = house.one("SELECT provider_id FROM requests WHERE id = 5")
    return {
        "vague": past.contact(house, past.VAGUE),
        "vague_message": past.message(house, past.VAGUE),
        "sent": past.message(house, past.VAGUE, "out"),
        "lost": past.contact(house, past.LOST),
        "failed": house.one("SELECT min(id) AS id FROM messages WHERE status = 'failed'"),
        "taken": past.contact(house, past.TAKEN),
        "silent": past.contact(house, past.SILENT),
        "stopped": past.contact(house, past.STOPPED),
        "parked": house.one("SELECT min(id) AS id FROM messages WHERE status = 'parked'"),
        "live": past.request(house, past.TAKEN),
        "cancelled": past.request(house, past.UNSURE),
        "unserved": past.request(house, past.AWAY),
        "draft": past.request(house, past.VAGUE),
        "busy": int(busy),
    }

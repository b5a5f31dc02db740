"""People who change their number or their WhatsApp id."""

import pytest

from mboa.channels.base import Inbound, Sender
from mboa.channels.whatsapp.webhook import parse
from mboa.fake_meta.double import MetaDouble
from tests.engines import HandClock
from tests.fake_meta.stage import AWA, PAUL, code, offer, words

NEW = "+237655443322"


@pytest.fixture
def meta(clock: HandClock) -> MetaDouble:
    return MetaDouble(clock)


def heard(body: bytes) -> Inbound:
    batch = parse(body)
    assert batch.parked == ()
    return batch.messages[0]


def test_paul_takes_another_number(meta: MetaDouble) -> None:
    before = heard(meta.text(PAUL, "DISPO")).sender
    notice = heard(meta.change_number(PAUL, NEW))
    after = heard(meta.text(NEW, "c'est moi")).sender
    assert notice.kind == "number_changed"
    assert (notice.sender.phone, notice.sender.user_id) == (PAUL, before.user_id)
    assert notice.successor == Sender(NEW, after.user_id)
    assert before.user_id != after.user_id


def test_nobody_is_at_the_old_number(meta: MetaDouble) -> None:
    old_id = heard(meta.text(PAUL, "DISPO")).sender.user_id
    assert old_id is not None
    meta.change_number(PAUL, NEW)
    assert [code(meta.accept(offer(gone))) for gone in (PAUL, old_id)] == [131026, 131026]
    assert code(meta.accept(words(NEW))) == 131047, "the notice is not a message of his"
    assert code(meta.accept(offer(NEW))) is None


def test_the_id_of_a_known_number_rotates(meta: MetaDouble) -> None:
    old_id = heard(meta.text(PAUL, "DISPO")).sender.user_id
    assert old_id is not None
    notice = heard(meta.change_user_id(PAUL, "CM.900"))
    assert (notice.kind, notice.sender) == ("identity_changed", Sender(PAUL, old_id))
    assert notice.successor is not None
    assert notice.successor.user_id == "CM.900"
    assert code(meta.accept(words(old_id))) == 131026
    assert code(meta.accept(words("CM.900"))) is None
    assert len(meta.phone(PAUL)) == 1


def test_a_hidden_number_rotates_too(meta: MetaDouble) -> None:
    meta.names[AWA] = "Awa"
    meta.text(AWA, "Bonjour")
    notice = heard(meta.change_user_id(AWA, "CM.901"))
    assert (notice.sender, notice.successor) == (Sender(None, AWA), Sender(None, "CM.901"))
    assert code(meta.accept(offer(AWA))) == 131026
    assert heard(meta.text("CM.901", "toujours moi")).sender == Sender(None, "CM.901", "Awa")
    assert code(meta.accept(words("CM.901"))) is None


def test_a_reaction_names_its_message(meta: MetaDouble) -> None:
    meta.text(PAUL, "DISPO")
    meta.accept(words())
    reaction = heard(meta.react(PAUL, meta.phone(PAUL)[0].id, "👍"))
    assert (reaction.kind, reaction.text, reaction.reply_to) == ("reaction", "👍", meta.phone(PAUL)[0].id)

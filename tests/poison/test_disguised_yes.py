"""A OUI in disguise: look-alike letters, invisible ones, every width. It counts as what a person would read."""

import pytest

from tests.city import NEED, City

YES = {
    "plain": "OUI",
    "Cyrillic letters": "ОUІ",
    "Greek letters": "ΟUΙ",
    "zero width inside": "o\u200bu\u200ci",
    "zero width behind": "oui\u200b",
    "a byte order mark before": "\ufeffoui",
    "soft hyphens": "o\u00adu\u00adi",
    "full width": "ＯＵＩ",
    "bold letters": "𝐎𝐔𝐈",
    "circled letters": "ⓞⓤⓘ",
    "written backwards and forwards": "\u202aoui\u202c",
    "a NUL behind": "oui\u0000",
    "thin spaces": "\u202foui\u2009!",
    "an accent too many": "oui\u0301",
}
NOT_YES = {
    "nothing but a NUL": "\u0000",
    "nothing to be seen": "\u200b\u200c\u2060",
    "a zero for a letter": "0",
    "yes and no": "oui non",
    "a question": "oui ?? c'est où exactement",
    "not now": "oui mais demain seulement, pas aujourd'hui",
    "negated": "je ne peux pas dire oui",
}


@pytest.mark.parametrize("words", YES.values(), ids=YES)
async def test_a_yes_in_disguise_is_a_yes(city: City, words: str) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await paul.writes(words)
    assert await city.status() == "accepted"
    assert (paul.heard(mireille.address), mireille.heard(paul.address)) == (1, 1)


@pytest.mark.parametrize("words", NOT_YES.values(), ids=NOT_YES)
async def test_what_is_no_yes_gives_no_contact(city: City, words: str) -> None:
    paul, mireille = await city.provider("Paul"), city.client("Mireille")
    await mireille.writes(NEED)
    await mireille.writes("OUI")
    await paul.writes(words)
    assert await city.status() != "accepted"
    assert paul.heard(mireille.address) == mireille.heard(paul.address) == 0

"""First messages of clients nobody knows yet: webhook requests, built and signed before any clock starts."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count

from mboa.fake_meta.double import MetaDouble, sign
from tests.city import SECRET

# As long, and as complete, as people write; each of them is answered by one message.
WORDS = (
    "Bonjour, j'ai une fuite sous l'évier à Bonamoussadi derrière la pharmacie, demain matin",
    "Slt, le courant est coupé chez moi à Makepe depuis hier soir",
    "Mon frigo ne fait plus de froid, je suis à Deido",
    "Bonsoir il me faut un plombier à Akwa, les toilettes sont bouchées",
    "prise qui chauffe à Bonapriso, c'est urgent svp",
    "I need an electrician in Bonaberi tomorrow morning, no light in the kitchen",
)
# What the rules make nothing of: a language model, where there is one, is asked.
PUZZLES = (
    "mon poisson nage dans la cuisine depuis ce matin",
    "le truc de la grand-mère chante encore la nuit",
)
# The first of the numbers +237 6 50 00 00 00 and up: no seeded person has one of these.
FIRST_NUMBER = 237_650_000_000
_numbers = count(FIRST_NUMBER)


def newcomers(number: int, words: Sequence[str] = WORDS) -> list[tuple[str, bytes]]:
    """So many new people's phones (E.164 without ``+``), each with the HTTP request of his first message."""
    return list(_writing([str(next(_numbers)) for _ in range(number)], words))


def again(phones: Sequence[str]) -> list[tuple[str, bytes]]:
    """People who wrote before, each with the HTTP request of his next message."""
    return list(_writing(phones, WORDS))


def _writing(phones: Sequence[str], words: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    double = MetaDouble(lambda: datetime.now(UTC))
    for index, phone in enumerate(phones):
        # No two say the same, or a reading could be remembered.
        yield phone, request(double.text(f"+{phone}", f"{words[index % len(words)]}, porte {index}"))


def request(body: bytes) -> bytes:
    """The HTTP/1.1 request that Meta would send for this body, signed."""
    head = (
        "POST /webhooks/whatsapp HTTP/1.1\r\nHost: mboa\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n"
        f"Content-Type: application/json\r\nX-Hub-Signature-256: {sign(body, SECRET)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body

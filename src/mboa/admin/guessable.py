"""Passwords that everybody tries first: the words that lists of leaked passwords are made of, and rows of keys.

Those lists hold a few hundred words with figures and signs around them; what is left without them tells more than any
list of whole passwords, and knows the words of this country, too (OWASP ASVS 5.0, 6.2.4).
"""

import re

# What is left of a password once these are taken out must be worth something.
LEAST_LEFT = 4
_WORDS = """
password passwort motdepasse passe secret admin administrateur administrator root user utilisateur login welcome
bienvenue bonjour salut hello letmein openup change changeme changezmoi default defaut test tester guest invite demo
azerty azertyuiop qsdfghjklm wxcvbn qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qwertz iloveyou jetaime monamour
amour loulou doudou chouchou princesse princess soleil sunshine football basketball liverpool chelsea barcelona
arsenal dragon monkey master superman batman pokemon starwars michael jordan jesus jesuschrist jesusmaseigneur dieu
dieuestgrand godisgood blessing trustno abcd abcdef abcdefgh abc douala yaounde cameroun cameroon mboa kmer
lionsindomptables lions indomptables samueletoo etoo plombier electricien whatsapp facebook google orange mtn camtel
"""
_PIECES = re.compile("|".join(sorted(re.findall(r"\w+", _WORDS), key=len, reverse=True)))
# As people disguise letters.
_LETTERS = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
_ROWS = (
    "0123456789",
    "9876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "azertyuiop",
    "qwertyuiop",
    "qsdfghjklm",
    "asdfghjkl",
)


def is_guessable(password: str, email: str) -> bool:
    """Whether little is left of it without common words, the own address, figures, repetitions and rows of keys."""
    plain = password.lower()
    own = [part for part in re.split(r"[^a-z0-9]+", email.lower()) if len(part) >= LEAST_LEFT]
    return min(len(set(_rest(form, own))) for form in (plain, plain.translate(_LETTERS))) < LEAST_LEFT


def _rest(plain: str, own: list[str]) -> str:
    for part in own:
        plain = plain.replace(part, " ")
    left = "".join(filter(str.isalpha, _PIECES.sub(" ", plain)))
    return "" if any(left in row for row in _ROWS) else left

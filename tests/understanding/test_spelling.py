"""Words as they were typed, and as they were meant: what is remembered of them, and what is not."""

from mboa.understanding.normalise import Text, remembered
from mboa.understanding.spelling import Speller


def awas_speller() -> Speller:
    """Knows "jai" and "bloc", and mends "robinnet"."""
    mended = {"robinnet": "robinet"}
    return Speller({"jai": ("j", "ai"), "c": ("c", "est")}, lambda word: (mended.get(word, word),))


class Counter:
    """How long words are, and which had to be looked at."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def length(self, word: str) -> int:
        self.seen.append(word)
        return len(word)


def typed(text: Text) -> list[str]:
    return [text.piece(i, i + 1) for i in range(len(text.words))]


def test_a_word_met_again_is_not_read_again() -> None:
    counter = Counter()
    length = remembered(counter.length)
    assert [length("fuite"), length("eau"), length("fuite")] == [5, 3, 5]
    assert counter.seen == ["fuite", "eau"]


def test_nonsense_fills_no_memory() -> None:
    counter = Counter()
    length = remembered(counter.length)
    assert [length("x" * 25), length("x" * 25)] == [25, 25]
    assert len(counter.seen) == 2
    for number in [*range(5000), 0]:
        length(str(number))
    assert counter.seen.count("0") == 2


def test_each_word_keeps_the_characters_that_it_was_read_from() -> None:
    text = awas_speller().read("JAI  un\u00a0robinnet\tcassé,  là")
    assert text.words == ("j", "ai", "un", "robinet", "casse", ",", "la")
    assert typed(text) == ["JAI", "JAI", "un", "robinnet", "cassé", ",", "là"]


def test_the_same_piece_is_read_by_what_stands_before_it() -> None:
    speller = awas_speller()
    assert speller.read("c bon").words == ("c", "est", "bon")
    assert speller.read("Bloc c").words == ("bloc", "c")
    assert speller.read("c'bon").words == ("c", "bon")


def test_words_after_the_hundred_and_twentieth_are_taken_as_typed() -> None:
    assert awas_speller().read("robinnet " * 122).words[119:] == ("robinet", "robinnet", "robinnet")

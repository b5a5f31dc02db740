"""Two readers to be beaten on the same file: one that always says the same, and one that counts letters and words."""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

Label = tuple[str, str | None]
"""Intent and service."""


def folded(text: str) -> str:
    """Lower case without accents."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in plain if not unicodedata.combining(c))


def grams(text: str) -> set[str]:
    """Words, pairs of words, and runs of three to five letters."""
    words = re.findall(r"[a-z0-9]+", folded(text))
    pairs = {f"{left} {right}" for left, right in pairwise(words)}
    run = f" {' '.join(words)} "
    return {*words, *pairs, *(run[i : i + n] for n in (3, 4, 5) for i in range(len(run) - n + 1))}


class Grams:
    """A naive Bayes classifier on :func:`grams`, each counted once a message, smoothed with 0.1."""

    def __init__(self, rows: Iterable[tuple[str, Label]]) -> None:
        self._seen: dict[Label, Counter[str]] = defaultdict(Counter)
        self._rows: Counter[Label] = Counter()
        for text, label in rows:
            self._seen[label].update(grams(text))
            self._rows[label] += 1
        self._known = set().union(*self._seen.values())
        self._spread = {label: counts.total() + 0.1 * len(self._known) for label, counts in self._seen.items()}

    def read(self, text: str) -> Label:
        """The likeliest intent and service."""
        found = grams(text) & self._known
        return max(sorted(self._seen, key=str), key=lambda label: self._score(label, found))

    def _score(self, label: Label, found: set[str]) -> float:
        counts, spread = self._seen[label], self._spread[label]
        said = sum(math.log((counts[gram] + 0.1) / spread) for gram in found)
        return said + math.log(self._rows[label] / sum(self._rows.values()))


def by_turns(rows: Sequence[tuple[str, Label]], folds: int = 5) -> list[Label]:
    """What :class:`Grams` says of each row when trained on the other four fifths of the same file."""
    models = [Grams(row for i, row in enumerate(rows) if i % folds != fold) for fold in range(folds)]
    return [models[i % folds].read(text) for i, (text, _) in enumerate(rows)]


def commonest(rows: Sequence[tuple[str, Label]]) -> Label:
    """The intent and service that most rows bear."""
    return Counter(label for _, label in rows).most_common(1)[0][0]

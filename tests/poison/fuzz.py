"""Run by ``test_fuzz.py`` in a process of its own: bytes into ``parse`` and ``understand`` under coverage's guidance.

``python fuzz.py CORPUS SECONDS``. The first byte chooses: a webhook body, or a text and what was asked before it. An
exception ends the process with the input that raised it.
"""

import importlib
import sys
from typing import Any, get_args

atheris: Any = importlib.import_module("atheris")  # not on every machine, and without types

with atheris.instrument_imports(include=["mboa.understanding", "mboa.channels.whatsapp"]):
    from mboa.channels.whatsapp.webhook import parse
    from mboa.understanding.answers import offer_answer, offer_code
    from mboa.understanding.facts import Expecting
    from mboa.understanding.report import as_json
    from mboa.understanding.understand import understand

# The first byte of an input that is no webhook body: from here on, the rest is read as characters from everywhere.
STRANGE = 128
ASKED: tuple[Expecting | None, ...] = (None, *get_args(Expecting))


def read(data: bytes) -> None:
    """One input."""
    choice, rest = data[:1], data[1:]
    if choice == b"{":
        batch = parse(data)
        for message in batch.messages:
            understand(message.text)
        return
    number = (choice or b"\0")[0]
    text = strange(rest) if number >= STRANGE else rest.decode("utf-8", "replace")
    facts = understand(text, ASKED[number % len(ASKED)])
    as_json(facts)
    if number % 2:
        offer_answer(text)
        offer_code(text)
    if not 0 <= facts.confidence <= 1:
        raise ValueError(f"a confidence of {facts.confidence}")


def strange(data: bytes) -> str:
    """Characters from everywhere, single surrogates among them."""
    return str(atheris.FuzzedDataProvider(data).ConsumeUnicode(len(data)))


if __name__ == "__main__":
    corpus, seconds = sys.argv[1:]
    options = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-verbosity=0", "-max_len=1024"]
    atheris.Setup([sys.argv[0], corpus, f"-artifact_prefix={corpus}/", *options], read)
    atheris.Fuzz()

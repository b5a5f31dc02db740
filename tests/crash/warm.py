"""Imported by the server of forks alone: what a process works out once and keeps (lexicon, wording, doors) is there
before it forks, so that a death and a new start cost a fraction of a second."""

from pathlib import Path

from mboa.notifications.phrasebook import LANGUAGES, catalogue
from mboa.understanding.understand import understand
from mboa.wiring import build
from tests.city import NEED, settings_for
from tests.engines import Database

understand(NEED)
for language in LANGUAGES:
    catalogue(language)
# Nothing is opened before it is started.
build(settings_for(Database("sqlite", str(Path("nowhere", "mboa.db")))), frozenset({"web", "worker"}))

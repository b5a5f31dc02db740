"""What a start is refused for, and warned of, before anything is opened."""

import logging

from mboa.commands.ground import Refused, parsed_settings
from mboa.exposed import exposed
from mboa.operations.logging import follow
from mboa.preflight import findings, lines, refusals
from mboa.settings import Settings

log = logging.getLogger(__name__)


def settings_to_serve() -> Settings:
    """The settings of a house that people are served from; raises :class:`Refused`."""
    settings = parsed_settings()
    follow(settings)
    return settings


def before_the_start(settings: Settings) -> None:
    """Refuse what production may not start with, all of it at once; raises :class:`Refused`. Warn of the rest."""
    if settings.env != "production":
        return
    wrong = refusals(settings)
    if wrong:
        raise Refused("MBOA_ENV=production does not start:\n" + lines(wrong))
    for one in findings(settings):
        log.warning("setting_doubtful", extra={"setting": one.name, "words": one.words})
    for file in exposed(settings):
        log.warning("secret_readable_by_everybody", extra={"path": str(file)})

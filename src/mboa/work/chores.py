"""The chores of this house, and how often each comes round."""

from collections.abc import Callable
from functools import partial

from mboa import privacy
from mboa.keyring import Keyring
from mboa.office import Office
from mboa.operations import alerts, backup_chore, limits
from mboa.operations.alerts import Alerts
from mboa.operations.backup_chore import BackupChores
from mboa.settings import Settings
from mboa.storage import backups
from mboa.work.housekeeping import Chore


def house_chores(settings: Settings, office: Office, keys: Callable[[], Keyring]) -> list[Chore]:
    """Every chore; ``keys`` gives the house's keyring when one is needed."""
    every = settings.backup_every_hours * 3600
    backing, telling = BackupChores(settings, office, keys), Alerts(settings, office)
    return [
        Chore(backups.CHORE, every, backing.back_up),
        Chore(backups.PLACE, backup_chore.PLACE_SECONDS if every else 0, backing.look_at_place),
        Chore("alerts", alerts.EVERY_SECONDS, telling.look),
        Chore("erasures", privacy.ERASE_EVERY_SECONDS, partial(privacy.forget_whoever_asked, office)),
        Chore("blur", privacy.BLUR_EVERY_SECONDS, partial(privacy.blur_what_is_old, office)),
        Chore("allowances", limits.SWEEP_SECONDS, partial(limits.sweep, office.store)),
        Chore("alert_posts", alerts.EVERY_SECONDS if telling.to.webhook else 0, telling.post),
    ]

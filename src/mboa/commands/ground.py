"""What every command stands on: settings, a clear line for what fails, and the exit codes.

0 done, 1 refused or failed with a clear line on standard error, 2 wrong usage.
"""

import asyncio
import errno
import warnings
from collections.abc import Coroutine
from typing import Any, TypeVar

import click
from pydantic import ValidationError
from pydantic_settings import SettingsError

from mboa.operations.logging import set_up
from mboa.settings import Settings
from mboa.storage.migrate import SchemaTooNew
from mboa.storage.store import StoreAway, StoreBusy, WrongKeys

T = TypeVar("T")


class Refused(click.ClickException):
    """One clear line on standard error, exit code 1."""

    exit_code = 1


class House(click.Group):
    """The group of all commands: whatever fails for a reason that has a name ends in one line, and in 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Carry the command out; raises :class:`Refused`."""
        try:
            return super().invoke(ctx)
        except (StoreBusy, StoreAway, WrongKeys, SchemaTooNew) as error:
            raise Refused(" ".join(str(error).split())) from error  # a driver's words may have several lines
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # whoever read our output has enough: `mboa providers export | head`
            raise Refused(_said(error)) from error


def _said(error: OSError) -> str:
    words = error.strerror or str(error)
    return f"{error.filename}: {words}" if error.filename else words


def parsed_settings(**changes: Any) -> Settings:
    """The settings of the environment, with changes from the command line; raises :class:`Refused`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # a folder of secrets that is not there
            return Settings(**{name: value for name, value in changes.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = "MBOA_" + "_".join(str(part) for part in first["loc"]).upper()
        raise Refused(f"{name}: {first['msg']}") from error
    except UnicodeDecodeError as error:
        raise Refused(".env or a file of MBOA_SECRETS_DIR is not UTF-8") from error
    except (SettingsError, UserWarning) as error:
        raise Refused(f"MBOA_SECRETS_DIR: {error}") from error


def read_settings(**changes: Any) -> Settings:
    """As :func:`parsed_settings`, for a command that opens the database; sets the logs up."""
    settings = parsed_settings(**changes)
    if settings.env == "production" and not settings.secret_keys:
        raise Refused("MBOA_SECRET_KEY: is missing (`openssl rand -base64 48` makes one)")
    set_up(settings.log_format)
    return settings


def awaited(work: Coroutine[Any, Any, T]) -> T:
    """Carry it out. Ctrl-C ends it between two transactions: what was handed in is carried out, and no more."""
    return asyncio.run(work)

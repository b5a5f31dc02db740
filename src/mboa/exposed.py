"""Files with secrets that everybody on this machine can read."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from mboa.kept_secret import FILE
from mboa.settings import Settings


def exposed(settings: Settings, dotenv: Path = Path(".env")) -> list[Path]:
    """Which of ``.env``, the files of the secrets' folder and the kept secret key others than their owner may read."""
    return [file for file in _files(settings, dotenv) if _is_open(file)]


def _files(settings: Settings, dotenv: Path) -> Iterator[Path]:
    yield dotenv
    yield settings.data_dir / FILE
    folder = settings.secrets_dir or os.environ.get("CREDENTIALS_DIRECTORY", "")
    if folder and Path(folder).is_dir():
        yield from sorted(path for path in Path(folder).iterdir() if path.name.lower().startswith("mboa_"))


def _is_open(file: Path) -> bool:
    """Whether everybody may read it: its own mode says so, and its folder lets everybody in."""
    try:
        own, folder = file.stat().st_mode, file.resolve().parent.stat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(own) and bool(own & stat.S_IROTH and folder & stat.S_IXOTH)

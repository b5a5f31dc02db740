"""The secret that a development house makes for itself, so that nothing needs to be set for a first try."""

import os
import secrets
from pathlib import Path

FILE = "secret.key"


def kept_secret(folder: Path) -> str:
    """The secret of a development house, made at its first start: a file that only its owner reads.

    Several processes may start at once: the first file stays. Raises ``OSError``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file, made = folder / FILE, folder / f".{FILE}.{os.getpid()}.{secrets.token_hex(4)}"
    if not file.exists():
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(48) + "\n")
            new.flush()
            os.fsync(new.fileno())
        try:
            os.link(made, file)  # fails where another process was first
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return file.read_text().strip()

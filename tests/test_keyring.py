"""What is sealed is opened by who has the key, for the purpose it was sealed for, and by nobody else."""

import threading
from pathlib import Path

import pytest

from mboa.kept_secret import kept_secret
from mboa.keyring import CannotOpen, Keyring
from mboa.settings import Settings
from mboa.wiring import open_keyring

OLD, NEW = "an old secret of the house " * 2, "a new secret of the house " * 2
PAUL = "+237699000001"


def test_what_is_sealed_tells_nothing_and_opens_again() -> None:
    ring = Keyring([NEW])
    sealed = ring.seal(PAUL, "phone")
    assert "699000001" not in sealed
    assert ring.seal(PAUL, "phone") != sealed
    assert ring.open(sealed, "phone") == PAUL


def test_a_purpose_is_a_key_of_its_own() -> None:
    ring = Keyring([NEW])
    with pytest.raises(CannotOpen):
        ring.open(ring.seal(PAUL, "phone"), "second factor")
    assert ring.index(PAUL, "phone") != ring.index(PAUL, "email")


def test_a_changed_letter_is_noticed() -> None:
    ring = Keyring([NEW])
    sealed = ring.seal(PAUL, "phone")
    spoilt = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(CannotOpen):
        ring.open(spoilt, "phone")


@pytest.mark.parametrize("nonsense", ["", ".", "no dot", "zzzzzzzz.%%%"])
def test_nonsense_is_refused_by_its_name(nonsense: str) -> None:
    with pytest.raises(CannotOpen):
        Keyring([NEW]).open(nonsense, "phone")


def test_while_the_secret_is_changed_both_read_and_the_new_one_writes() -> None:
    before, both, after = Keyring([OLD]), Keyring([NEW, OLD]), Keyring([NEW])
    assert both.open(before.seal(PAUL, "phone"), "phone") == PAUL
    assert after.open(both.seal(PAUL, "phone"), "phone") == PAUL
    assert both.indexes(PAUL, "phone") == [after.index(PAUL, "phone"), before.index(PAUL, "phone")]
    with pytest.raises(CannotOpen, match=before.name):
        after.open(before.seal(PAUL, "phone"), "phone")


def test_processes_that_start_at_once_find_the_same_secret(tmp_path: Path) -> None:
    found: list[str] = []
    makers = [threading.Thread(target=lambda: found.append(kept_secret(tmp_path))) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) >= 32
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def test_production_makes_no_secret_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="secret key"):
        open_keyring(Settings(env="production", data_dir=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mboa_secret_key").write_text(f"{NEW},{OLD}\n")
    monkeypatch.setenv("MBOA_SECRETS_DIR", str(tmp_path))
    assert Settings().secret_keys == [NEW.strip(), OLD.strip()]
    monkeypatch.setenv("MBOA_SECRET_KEY", "the environment wins over a file")
    assert Settings().secret_keys == ["the environment wins over a file"]

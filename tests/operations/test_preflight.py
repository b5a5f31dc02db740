"""What production does not start with, what it warns of, and that neither tells a secret."""

import base64
import os
import secrets
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mboa.cli import main
from mboa.exposed import exposed
from mboa.preflight import Finding, findings, lines, refusals, weakness
from mboa.settings import Settings

GOOD: dict[str, Any] = {
    "env": "production",
    "secret_key": base64.b64encode(os.urandom(48)).decode(),
    "base_url": "https://mboa.douala.cm",
    "trusted_proxies": "10.0.0.0/8",
    "channel": "whatsapp",
    "whatsapp_phone_id": "106540352242922",
    "whatsapp_account_id": "102290129340398",
    "whatsapp_token": "EAAG" + secrets.token_urlsafe(90),
    "whatsapp_app_secret": secrets.token_hex(16),
    "whatsapp_verify_token": secrets.token_urlsafe(16),
    "alert_phone": "+237699123456",
    "database_url": f"postgresql://awa:{secrets.token_urlsafe(24)}@10.0.0.7/mboa",
}
TWILIO = {"twilio_account_sid": "AC" + "9f" * 16, "twilio_auth_token": secrets.token_hex(16), "twilio_from": "+1415"}


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def house(**changes: Any) -> Settings:
    """A house that may go into production, but for these changes."""
    return Settings(**GOOD | changes)


def said(found: list[Finding], level: str = "FAIL") -> list[str]:
    return [f"{one.name} {one.words}" for one in found if one.level == level]


def test_a_good_house_has_nothing_against_it() -> None:
    assert findings(house()) == []
    assert findings(house(channel="twilio", whatsapp_phone_id="", **TWILIO)) == []


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({"secret_key": ""}, "MBOA_SECRET_KEY", "is missing"),
        ({"secret_key": "k7" * 40}, "MBOA_SECRET_KEY", "too few different"),
        ({"secret_key": "aZ3kQ9wR" * 5}, "MBOA_SECRET_KEY", "too few different"),
        ({"secret_key": secrets.token_hex(15)}, "MBOA_SECRET_KEY", "is weak: 30 characters, at least 32"),
        ({"secret_key": "change-me-" + secrets.token_hex(20)}, "MBOA_SECRET_KEY", "is an example"),
        ({"channel": "simulator"}, "MBOA_CHANNEL", "is simulator"),
        ({"whatsapp_phone_id": ""}, "MBOA_WHATSAPP_PHONE_ID", "is missing"),
        ({"whatsapp_phone_id": "+237699000001"}, "MBOA_WHATSAPP_PHONE_ID", "not the number"),
        ({"whatsapp_token": ""}, "MBOA_WHATSAPP_TOKEN", "is missing"),
        ({"whatsapp_token": "token"}, "MBOA_WHATSAPP_TOKEN", "is an example"),
        ({"whatsapp_app_secret": ""}, "MBOA_WHATSAPP_APP_SECRET", "is missing"),
        ({"whatsapp_app_secret": f"s3cret,{GOOD['whatsapp_app_secret']}"}, "MBOA_WHATSAPP_APP_SECRET", "an example"),
        ({"whatsapp_verify_token": ""}, "MBOA_WHATSAPP_VERIFY_TOKEN", "is missing"),
        ({"whatsapp_verify_token": "bonjour"}, "MBOA_WHATSAPP_VERIFY_TOKEN", "is weak"),
        ({"base_url": "http://mboa.douala.cm"}, "MBOA_BASE_URL", "must begin with https"),
        ({"base_url": "https://127.0.0.1:8000"}, "MBOA_BASE_URL", "must be the public address"),
        ({"base_url": "https://LOCALHOST"}, "MBOA_BASE_URL", "must be the public address"),
        ({"base_url": "https://[::1]"}, "MBOA_BASE_URL", "must be the public address"),
        ({"whatsapp_api_base": "http://graph.facebook.com/v23.0"}, "MBOA_WHATSAPP_API_BASE", "https"),
        ({"alert_webhook": "http://alerts.douala.cm/x"}, "MBOA_ALERT_WEBHOOK", "https"),
        ({"metrics_token": "metrics"}, "MBOA_METRICS_TOKEN", "is weak"),
        (
            {"database_url": "postgresql://awa:postgres@10.0.0.7/mboa"},
            "MBOA_DATABASE_URL",
            "its password is an example",
        ),
        ({"channel": "twilio", **TWILIO, "twilio_auth_token": ""}, "MBOA_TWILIO_AUTH_TOKEN", "is missing"),
        ({"channel": "twilio", **TWILIO, "twilio_from": ""}, "MBOA_TWILIO_FROM", "is missing"),
        ({**TWILIO, "twilio_auth_token": "test"}, "MBOA_TWILIO_AUTH_TOKEN", "is an example"),
    ],
)
def test_one_thing_wrong_is_named(change: dict[str, Any], name: str, words: str) -> None:
    (wrong,) = refusals(house(**change))
    assert wrong.name == name
    assert words in wrong.words


def test_everything_wrong_is_said_at_once() -> None:
    names = [one.name for one in refusals(Settings(env="production"))]
    assert names == ["MBOA_SECRET_KEY", "MBOA_CHANNEL", "MBOA_BASE_URL", "MBOA_BASE_URL"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"database_url": "postgresql://awa@10.0.0.7/mboa"}, "MBOA_DATABASE_URL names no password for 10.0.0.7"),
        ({"trusted_proxies": ""}, "MBOA_TRUSTED_PROXIES is empty"),
        ({"backup_every_hours": 0}, "MBOA_BACKUP_EVERY_HOURS is 0"),
        ({"whatsapp_account_id": ""}, "MBOA_WHATSAPP_ACCOUNT_ID is not set"),
        ({"alert_phone": ""}, "MBOA_ALERT_WEBHOOK and MBOA_ALERT_PHONE are empty"),
        ({"secret_key": f"{GOOD['secret_key']},old"}, "MBOA_SECRET_KEY an older key is weak"),
    ],
)
def test_what_is_doubtful_is_no_reason_to_refuse(change: dict[str, Any], words: str) -> None:
    assert refusals(house(**change)) == []
    assert words in "\n".join(said(findings(house(**change)), "warn"))


def test_a_local_database_needs_no_password() -> None:
    assert findings(house(database_url="postgresql:///mboa?host=/run/postgresql")) == []
    assert findings(house(database_url="")) == []


def test_random_keys_are_never_called_weak() -> None:
    keys = [key for _ in range(300) for key in (secrets.token_hex(16), secrets.token_urlsafe(24))]
    assert [key for key in keys if weakness(key, 32)] == []


@pytest.mark.parametrize("secret", ["canary", "canary" * 9, "canary-change-me-0aZ9kQ3wR7yT"])
def test_no_finding_tells_a_secret(secret: str) -> None:
    canaries = {name: secret for name in GOOD if "token" in name or "secret" in name}
    words = lines(findings(house(**canaries, database_url="postgresql://u:canary-password@10.0.0.7/mboa")))
    assert "MBOA_SECRET_KEY" in words
    assert "MBOA_DATABASE_URL" in words
    assert "canary" not in words


def started(monkeypatch: pytest.MonkeyPatch, role: str, **changes: str) -> Result:
    for name, value in (GOOD | changes).items():
        monkeypatch.setenv(f"MBOA_{name.upper()}", value)
    return CliRunner().invoke(main, [role])


@pytest.mark.parametrize("role", ["serve", "web", "worker"])
def test_no_role_starts_and_every_reason_has_its_line(monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    bad = {"secret_key": "canary", "whatsapp_token": "", "base_url": "http://mboa.cm"}
    result = started(monkeypatch, role, **bad)
    first, *reasons = result.stderr.splitlines()
    assert (result.exit_code, result.stdout, first) == (1, "", "Error: MBOA_ENV=production does not start:")
    assert [line.split(":")[0] for line in reasons] == ["MBOA_SECRET_KEY", "MBOA_WHATSAPP_TOKEN", "MBOA_BASE_URL"]
    assert "canary" not in result.stderr
    assert not Path("var").exists()


def test_without_a_key_nothing_is_opened_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    result = started(monkeypatch, "migrate", secret_key="", database_url="")
    assert (result.exit_code, result.stderr.splitlines()[0].split(":")[:2]) == (1, ["Error", " MBOA_SECRET_KEY"])
    assert not Path("var").exists()


@pytest.mark.parametrize("url", ["mysql://u:canary@h/d", "/var/canary.db"])
def test_a_database_of_another_kind_is_refused_without_its_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    result = started(monkeypatch, "serve", database_url=url)
    assert result.exit_code == 1
    assert "MBOA_DATABASE_URL" in result.stderr
    assert "canary" not in result.stderr


def test_a_folder_of_secrets_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    result = started(monkeypatch, "serve", secrets_dir="/nowhere")
    assert (result.exit_code, result.stderr) == (1, 'Error: MBOA_SECRETS_DIR: directory "/nowhere" does not exist\n')


def test_files_that_everybody_may_read_are_named(tmp_path: Path) -> None:
    folder, dotenv = tmp_path / "secrets", tmp_path / ".env"
    folder.mkdir()
    for file in (dotenv, folder / "mboa_whatsapp_token", folder / "mboa_secret_key"):
        file.write_text("canary")
        file.chmod(0o604)
    (folder / "mboa_secret_key").chmod(0o600)
    tmp_path.chmod(0o711)
    settings = house(secrets_dir=str(folder), data_dir=tmp_path)
    assert exposed(settings, dotenv) == [dotenv, folder / "mboa_whatsapp_token"]
    folder.chmod(0o700)
    assert exposed(settings, dotenv) == [dotenv]

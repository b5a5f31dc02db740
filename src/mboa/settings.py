"""Every knob, read once from the environment or ``.env`` and checked at the start: ``docs/configuration.md``."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

from mboa.dispatch.policy import Policy, QuietHours
from mboa.llm.addresses import PROVIDERS, is_private_way, split_model
from mboa.operations.addresses import TrustedProxies


class Settings(BaseSettings):
    """``MBOA_…`` variables. Durations are seconds, fractions allowed.

    ``unknown_outcome_seconds`` is how long a send whose answer was lost waits for its receipt before one repeat.
    ``whatsapp_recipients_per_day`` is Meta's messaging limit of the account: how many people whose window is closed may
    be written to in 24 hours; 0: no limit.
    """

    model_config = SettingsConfigDict(env_prefix="MBOA_", env_file=".env", env_file_encoding="utf-8", extra="ignore")

    env: Literal["development", "production"] = "development"
    data_dir: Path = Path("./var")
    database_url: SecretStr = SecretStr("")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    base_url: str = "http://127.0.0.1:8000"
    trusted_proxies: str = ""
    secret_key: SecretStr = SecretStr("")
    secrets_dir: str = ""
    channel: Literal["simulator", "whatsapp", "twilio"] = "simulator"

    whatsapp_api_base: str = "https://graph.facebook.com/v23.0"
    whatsapp_phone_id: str = ""
    whatsapp_account_id: str = ""
    whatsapp_token: SecretStr = SecretStr("")
    whatsapp_app_secret: SecretStr = SecretStr("")
    whatsapp_verify_token: SecretStr = SecretStr("")
    whatsapp_recipients_per_day: int = Field(default=250, ge=0)

    twilio_api_base: str = "https://api.twilio.com"
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_from: str = ""

    offer_timeout_seconds: float = Field(default=600, gt=0)
    offer_limit: int = Field(default=3, ge=1)
    quiet_hours: str = "21:30-06:00"
    freshness_seconds: float = Field(default=7200, gt=0)
    burst_seconds: float = Field(default=3, ge=0)

    llm_model: str = ""
    llm_base_url: str = Field(default="", validate_default=True)
    llm_api_key: SecretStr = SecretStr("")
    llm_timeout_seconds: float = Field(default=3, gt=0, le=15)
    transcribe_model: str = ""
    transcribe_base_url: str = Field(default="", validate_default=True)
    transcribe_api_key: SecretStr = SecretStr("")
    transcribe_timeout_seconds: float = Field(default=20, gt=0, le=60)
    llm_calls_per_day: int = Field(default=500, ge=0)

    unknown_outcome_seconds: float = Field(default=90, ge=0)

    log_format: Literal["json", "text"] = "json"
    log_file: str = ""
    log_max_bytes: int = Field(default=10_000_000, ge=1_000)
    log_keep: int = Field(default=14, ge=0)
    metrics_token: SecretStr = SecretStr("")
    alert_webhook: SecretStr = SecretStr("")
    alert_phone: str = ""

    backup_dir: str = "{data}/backups"
    backup_every_hours: float = Field(default=24, ge=0)
    backup_keep: int = Field(default=14, ge=1)
    backup_hook: str = ""
    retention_days: int = Field(default=90, ge=1)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The command line, then the environment, ``.env``, and the folder of secrets that the environment names."""
        folder = os.environ.get("MBOA_SECRETS_DIR") or os.environ.get("CREDENTIALS_DIRECTORY")
        files = SecretsSettingsSource(settings_cls, secrets_dir=folder) if folder else file_secret_settings
        return init_settings, env_settings, dotenv_settings, files

    @field_validator("quiet_hours")
    @classmethod
    def _quiet_hours_are_readable(cls, text: str) -> str:
        QuietHours.parse(text)
        return text

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_networks(cls, text: str) -> str:
        TrustedProxies.parse(text)
        return text

    @field_validator("database_url")
    @classmethod
    def _database_is_an_address(cls, url: SecretStr) -> SecretStr:
        parts = url.get_secret_value().partition("://")
        if parts[0] and (parts[0] not in {"postgresql", "postgres"} or not parts[2]):
            # Without the value: it may hold a password.
            raise ValueError("must be empty or postgresql://user:password@host:5432/name")
        return url

    @field_validator("llm_base_url")
    @classmethod
    def _model_is_somewhere(cls, url: str, info: ValidationInfo) -> str:
        if url and not is_private_way(url):
            raise ValueError("must be https://…, or http:// to this machine or one in its own network")
        if not url and info.data.get("llm_model") and not split_model(info.data["llm_model"])[0]:
            raise ValueError(f"is needed, or a model that begins with one of {', '.join(PROVIDERS)} and a colon")
        return url

    @field_validator("transcribe_base_url")
    @classmethod
    def _transcriber_is_somewhere(cls, url: str, info: ValidationInfo) -> str:
        if url and not is_private_way(url):
            raise ValueError("must be https://…, or http:// to this machine or one in its own network")
        if not url and info.data.get("transcribe_model"):
            raise ValueError("is needed for MBOA_TRANSCRIBE_MODEL")
        return url

    @field_validator("base_url", "whatsapp_api_base", "twilio_api_base", "llm_base_url", "transcribe_base_url")
    @classmethod
    def _without_trailing_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @property
    def app_secrets(self) -> list[str]:
        """Meta's app secret, or two while it is being rotated."""
        return _parts(self.whatsapp_app_secret)

    @property
    def secret_keys(self) -> list[str]:
        """What this house's keys are derived from, the newest first; empty when nothing is set."""
        return _parts(self.secret_key)

    @property
    def backups(self) -> Path:
        """Where backups are written."""
        return Path(self.backup_dir.replace("{data}", str(self.data_dir)))

    @property
    def burst(self) -> timedelta:
        """How long a person's messages are gathered before they are understood together."""
        return timedelta(seconds=self.burst_seconds)

    def policy(self, speed: float = 1.0) -> Policy:
        """The figures of dispatch; ``speed`` divides every duration (the demo) and lifts the quiet hours."""
        house = Policy()
        return Policy(
            offer_timeout=timedelta(seconds=self.offer_timeout_seconds) / speed,
            offer_limit=self.offer_limit,
            quiet=QuietHours.parse(self.quiet_hours) if speed == 1.0 else None,
            freshness=timedelta(seconds=self.freshness_seconds) / speed,
            draft_patience=house.draft_patience / speed,
            job_patience=house.job_patience / speed,
            done_patience=house.done_patience / speed,
            retention_days=self.retention_days,
        )


def _parts(secret: SecretStr) -> list[str]:
    return [part.strip() for part in secret.get_secret_value().split(",") if part.strip()]

"""Every knob, read once from the environment or ``.env`` and checked at the start: ``docs/configuration.md``."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mboa.dispatch.policy import Policy, QuietHours


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
    channel: Literal["simulator", "whatsapp", "twilio"] = "simulator"

    whatsapp_api_base: str = "https://graph.facebook.com/v23.0"
    whatsapp_phone_id: str = ""
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

    unknown_outcome_seconds: float = Field(default=90, ge=0)

    log_format: Literal["json", "text"] = "json"
    metrics_token: SecretStr = SecretStr("")

    @field_validator("quiet_hours")
    @classmethod
    def _quiet_hours_are_readable(cls, text: str) -> str:
        QuietHours.parse(text)
        return text

    @field_validator("base_url", "whatsapp_api_base", "twilio_api_base")
    @classmethod
    def _without_trailing_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @property
    def app_secrets(self) -> list[str]:
        """Meta's app secret, or two while it is being rotated."""
        return [part.strip() for part in self.whatsapp_app_secret.get_secret_value().split(",") if part.strip()]

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
        )

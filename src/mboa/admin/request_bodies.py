"""What programs and forms send to correct a request."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from mboa.dispatch.status import Status
from mboa.notifications.plain import one_line

REASON_CHARS = 300
LARGEST_ID = 2**53


def _of_one_line(text: str) -> str:
    return one_line(text.replace("\0", " "), REASON_CHARS)


def _nothing(value: Any) -> Any:
    """An empty field of a form says nothing."""
    return None if value == "" else value


Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=REASON_CHARS), AfterValidator(_of_one_line)
]
Number = Annotated[int, Field(ge=1, le=LARGEST_ID)]


class Correction(BaseModel):
    """What every act needs: why, of which version, and the form's mark."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason
    version: Annotated[Number | None, BeforeValidator(_nothing)] = None
    once: Annotated[str, Field(pattern=r"^[\w-]{0,64}$")] = ""


class ForProvider(Correction):
    """An act for a chosen provider."""

    provider_id: Number


class StatusChange(Correction):
    """The contract's body of ``PUT …/status``; two statuses take a provider."""

    status: Status
    version: Number
    provider_id: Annotated[Number | None, BeforeValidator(_nothing)] = None

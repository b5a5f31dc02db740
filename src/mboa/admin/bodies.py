"""What a door takes, told where the door is: ``description.py`` shows it to programs."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_TOLD = "mboa_takes"


def takes(model: type[BaseModel]) -> Callable[[Endpoint], Endpoint]:
    """Say that an endpoint reads a body of this model (by ``page.body``), as JSON or as a form."""

    def tell(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _TOLD, model)
        return endpoint

    return tell


def body_of(endpoint: Callable[..., Any]) -> dict[str, Any] | None:
    """The OpenAPI request body of an endpoint; ``None`` for one that reads none."""
    model: type[BaseModel] | None = getattr(endpoint, _TOLD, None)
    if model is None:
        return None
    schema = model.model_json_schema()
    kinds = ("application/json", "application/x-www-form-urlencoded")
    return {"required": True, "content": {kind: {"schema": schema} for kind in kinds}}

"""Where the known providers of language models are, and which addresses people's words may be sent to."""

from urllib.parse import urlsplit

from mboa.operations.addresses import read_address

PROVIDERS = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com/v1",
    "google": "https://generativelanguage.googleapis.com/v1beta/openai",
    "mistral": "https://api.mistral.ai/v1",
}
_INSIDE = (".local", ".internal", ".lan")


def split_model(model: str) -> tuple[str, str]:
    """``anthropic:claude-…`` as provider and model; a model of no known provider (``qwen3:4b``) has provider ``""``."""
    prefix, _, name = model.partition(":")
    return (prefix, name) if name and prefix in PROVIDERS else ("", model)


def is_private_way(url: str) -> bool:
    """Whether nobody can read along: HTTPS, or plain HTTP to this machine or one in its own network."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    address = read_address(host)
    near = address.is_loopback or address.is_private if address else "." not in host or host.endswith(_INSIDE)
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and near))

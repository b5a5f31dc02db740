"""What is said to a language model and what it answers, in the two formats that between them reach every provider.

OpenAI's chat completions, which Google, Mistral and every local server (Ollama, llama.cpp, vLLM, LM Studio) speak as
well; and Anthropic's messages, whose chat-completions door ignores the schema of the answer.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from mboa.llm.addresses import PROVIDERS, split_model
from mboa.understanding.llm import INSTRUCTIONS, SCHEMA, Question, Unusable

# An answer is some sixty tokens; a model that rambles is cut off.
MOST_TOKENS = 300
ANTHROPIC_VERSION = "2023-06-01"


# What each wants beside the message: newer models of OpenAI and Anthropic refuse a temperature, and OpenAI's count
# their own thoughts as tokens.
_MORE: dict[str, dict[str, Any]] = {
    "openai": {"max_completion_tokens": MOST_TOKENS},
    "anthropic": {"max_tokens": MOST_TOKENS},
    "google": {"max_tokens": MOST_TOKENS},
}
_PLAIN = {"max_tokens": MOST_TOKENS, "temperature": 0}


@dataclass(frozen=True, slots=True)
class Line:
    """A model at a provider (``""``: at an address of one's own), ready to be asked."""

    url: str
    provider: str
    model: str
    headers: dict[str, str]

    @property
    def is_messages(self) -> bool:
        """Whether Anthropic's own format is spoken."""
        return self.provider == "anthropic"


def line_to(model: str, base_url: str, key: str) -> Line:
    """``provider:model``, or the name of a model at ``base_url``, which also leads to a provider by another way.

    Raises ``ValueError`` when neither says where it is.
    """
    provider, name = split_model(model)
    base = base_url or PROVIDERS.get(provider, "")
    if not base:
        raise ValueError(f"nothing says where the model {model!r} is")
    if provider == "anthropic":
        headers = {"x-api-key": key, "anthropic-version": ANTHROPIC_VERSION}
        return Line(f"{base.rstrip('/')}/messages", provider, name, headers)
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return Line(f"{base.rstrip('/')}/chat/completions", provider, name, headers)


def body_of(line: Line, question: Question) -> bytes:
    """The body of the one request. No tools, no history, no user's name."""
    turn = {"role": "user", "content": question.as_json()}
    body: dict[str, Any] = {"model": line.model, **_MORE.get(line.provider, _PLAIN)}
    if line.is_messages:
        form: dict[str, Any] = {"type": "json_schema", "schema": SCHEMA}
        body |= {"system": INSTRUCTIONS, "messages": [turn], "output_config": {"format": form}}
    else:
        form = {"name": "extract", "strict": True, "schema": SCHEMA}
        system = {"role": "system", "content": INSTRUCTIONS}
        body |= {"messages": [system, turn], "response_format": {"type": "json_schema", "json_schema": form}}
    return orjson.dumps(body)


def answer_in(line: Line, body: bytes) -> str:
    """The model's words; raises :class:`Unusable` when there are none."""
    try:
        found = orjson.loads(body)
        content = found["content"] if line.is_messages else found["choices"][0]["message"]["content"]
        if line.is_messages:
            content = next(part["text"] for part in content if part["type"] == "text")
    except (orjson.JSONDecodeError, LookupError, TypeError, StopIteration) as error:
        raise Unusable("no answer of this format") from error
    if not isinstance(content, str):
        raise Unusable("the answer is no text")
    return content

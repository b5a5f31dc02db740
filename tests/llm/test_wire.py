"""How each provider is spoken to, as its own documentation says."""

import json

import pytest
from pydantic import ValidationError

from mboa.llm.wire import answer_in, body_of, line_to
from mboa.settings import Settings
from mboa.understanding.llm import SCHEMA, Question, Unusable
from tests.llm.loopback import chat

QUESTION = Question("le zinzin", "service")


@pytest.mark.parametrize(
    ("model", "url", "more"),
    [
        ("openai:gpt-x", "https://api.openai.com/v1/chat/completions", "max_completion_tokens"),
        ("google:gemini-x", "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", "max_tokens"),
        ("mistral:small", "https://api.mistral.ai/v1/chat/completions", "max_tokens"),
    ],
)
def test_three_providers_speak_chat_completions(model: str, url: str, more: str) -> None:
    line = line_to(model, "", "key")
    body = json.loads(body_of(line, QUESTION))
    assert (line.url, line.headers) == (url, {"authorization": "Bearer key"})
    assert (body["model"], [turn["role"] for turn in body["messages"]]) == (model.split(":")[1], ["system", "user"])
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert body[more] == 300
    assert ("temperature" in body) == (model == "mistral:small")


def test_anthropic_has_a_format_of_its_own() -> None:
    line = line_to("anthropic:claude-x", "", "key")
    body = json.loads(body_of(line, QUESTION))
    assert line.url == "https://api.anthropic.com/v1/messages"
    assert line.headers == {"x-api-key": "key", "anthropic-version": "2023-06-01"}
    assert ([turn["role"] for turn in body["messages"]], "system" in body) == (["user"], True)
    assert body["output_config"]["format"] == {"type": "json_schema", "schema": SCHEMA}
    said = {"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "{}"}]}
    assert answer_in(line, json.dumps(said).encode()) == "{}"
    with pytest.raises(Unusable):
        answer_in(line, chat("{}"))


def test_a_local_server_needs_no_key_and_its_model_may_hold_a_colon() -> None:
    line = line_to("qwen3:4b", "http://127.0.0.1:11434/v1/", "")
    assert (line.url, line.model, line.headers) == ("http://127.0.0.1:11434/v1/chat/completions", "qwen3:4b", {})
    assert line_to("openai:x", "https://proxy.example/v1", "k").url == "https://proxy.example/v1/chat/completions"


@pytest.mark.parametrize(
    ("model", "url", "good"),
    [
        ("", "", True),
        ("anthropic:claude-x", "", True),
        ("qwen3:4b", "", False),
        ("small", "http://127.0.0.1:11434/v1", True),
        ("small", "http://ollama:11434/v1", True),
        ("small", "http://192.168.1.7/v1", True),
        ("small", "http://models.example.com/v1", False),
        ("small", "https://models.example.com/v1", True),
        ("small", "ftp://127.0.0.1/v1", False),
        ("small", "https://", False),
    ],
)
def test_words_are_sent_nowhere_that_others_read_along(model: str, url: str, good: bool) -> None:
    if good:
        assert Settings(_env_file=None, llm_model=model, llm_base_url=url).llm_base_url == url
    else:
        with pytest.raises(ValidationError, match="llm_base_url"):
            Settings(_env_file=None, llm_model=model, llm_base_url=url)

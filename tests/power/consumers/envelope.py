"""Consumers that trust the fields around the text, or that there are any."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pydantic

from tests.power.consumers.asking import MODEL, STORY, AppError, posted
from tests.power.pair import Pair

if TYPE_CHECKING:
    import openai

LARGEST = 2**63 - 1


@dataclass
class Answer:
    """The fields of the schema, spelled out by hand."""

    id: str
    object: str
    created: int
    model: str
    choices: list[Any]
    usage: dict[str, Any] | None = None
    system_fingerprint: str | None = None


class Choice(pydantic.BaseModel):
    """What this application needs of a choice."""

    text: str


class Choices(pydantic.BaseModel):
    """What this application needs of an answer."""

    choices: list[Choice]


def created_in_milliseconds(client: openai.OpenAI) -> str:
    """``created`` in milliseconds lies in the year 57000.

    Source: sooperset/mcp-atlassian#837; streams of a local proxy recorded by public tests.
    """
    answer = client.completions.create(model=MODEL, prompt=STORY)
    return datetime.fromtimestamp(answer.created, UTC).isoformat()


def created_in_milliseconds_fixed(client: openai.OpenAI) -> str:
    """A time that is none is called unknown."""
    answer = client.completions.create(model=MODEL, prompt=STORY)
    try:
        return datetime.fromtimestamp(answer.created, UTC).isoformat()
    except (ValueError, OverflowError, OSError, TypeError):
        return "unknown"


def field_added(http: httpx.Client) -> str:
    """A class that knows every field of today, filled with those of tomorrow.

    Source: rossumai/rossum-api#12, skoudoro/mailerlite-api-python#43.
    """
    return Answer(**posted(http)).id


def field_added_fixed(http: httpx.Client) -> str:
    """Only the known fields are taken over."""
    known = {field.name for field in fields(Answer)}
    return Answer(**{key: value for key, value in posted(http).items() if key in known}).id


def integer_too_large(http: httpx.Client) -> int | None:
    """An integer of more than 63 bits, which SQLite cannot hold.

    Source: Toloka/tolokaforge#967, votingworks/arlo#84.
    """
    usage = posted(http).get("usage") or {}
    with sqlite3.connect(":memory:") as database:
        row = database.execute("select ?", (usage.get("total_tokens"),)).fetchone()
    database.close()
    return row[0]  # type: ignore[no-any-return]


def integer_too_large_fixed(http: httpx.Client) -> int | None:
    """What does not fit is stored as nothing."""
    total = (posted(http).get("usage") or {}).get("total_tokens")
    fits = total is not None and abs(total) <= LARGEST
    with sqlite3.connect(":memory:") as database:
        row = database.execute("select ?", (total if fits else None,)).fetchone()
    database.close()
    return row[0]  # type: ignore[no-any-return]


def fingerprint_absent(http: httpx.Client) -> str:
    """``system_fingerprint`` is documented, recorded, and often not there.

    Source: openai/openai-python#1038, openai/openai-python#720.
    """
    body = posted(http)
    return f"{body['model']} ({body['system_fingerprint']})"


def fingerprint_absent_fixed(http: httpx.Client) -> str:
    """No fingerprint is said to be none."""
    body = posted(http)
    return f"{body['model']} ({body.get('system_fingerprint', 'no fingerprint')})"


def error_with_200(http: httpx.Client) -> list[str]:
    """An error in the body of a 200.

    Source: microsoft/JARVIS#90, UKGovernmentBEIS/inspect_ai#1536.
    """
    try:
        body = posted(http)
    except (httpx.HTTPError, ValueError) as error:
        raise AppError("no answer") from error
    if not isinstance(body, dict):
        raise AppError("no object")
    return _texts(body["choices"])


def error_with_200_fixed(http: httpx.Client) -> list[str]:
    """A body without choices is an error."""
    try:
        body = posted(http)
    except (httpx.HTTPError, ValueError) as error:
        raise AppError("no answer") from error
    if not isinstance(body, dict):
        raise AppError("no object")
    return _texts(body.get("choices"))


def _texts(choices: object) -> list[str]:
    try:
        return [choice.text for choice in Choices.model_validate({"choices": choices}).choices]
    except pydantic.ValidationError as error:
        raise AppError("not the choices we know") from error


def page_with_200(http: httpx.Client) -> list[str]:
    """A page of HTML where JSON was expected.

    Source: Significant-Gravitas/AutoGPT#944, HKUDS/nanobot#2289.
    """
    response = http.post("completions", json={"model": MODEL, "prompt": STORY})
    body = response.json()
    return _texts(body.get("choices") if isinstance(body, dict) else body)


def page_with_200_fixed(http: httpx.Client) -> list[str]:
    """What is no JSON is no answer."""
    response = http.post("completions", json={"model": MODEL, "prompt": STORY})
    try:
        body = response.json()
    except ValueError as error:
        raise AppError("no JSON") from error
    return _texts(body.get("choices") if isinstance(body, dict) else body)


def choices_null(client: openai.OpenAI) -> int:
    """The client library fills what is missing with None.

    Source: harry0703/MoneyPrinterTurbo#210, HKUDS/nanobot#2138.
    """
    answer = client.completions.create(model=MODEL, prompt=STORY)
    if isinstance(answer, str):
        raise AppError("no JSON")
    return len(answer.choices)


def choices_null_fixed(client: openai.OpenAI) -> int:
    """The raw answer is judged before it is used."""
    raw = client.completions.with_raw_response.create(model=MODEL, prompt=STORY)
    try:
        return len(Choices.model_validate_json(raw.content).choices)
    except pydantic.ValidationError as error:
        raise AppError("not the answer we know") from error


PAIRS = (
    Pair(
        created_in_milliseconds,
        created_in_milliseconds_fixed,
        ("observed",),
        ("ValueError",),
    ),
    Pair(field_added, field_added_fixed, ("valid",), ("TypeError",)),
    Pair(integer_too_large, integer_too_large_fixed, ("valid",), ("OverflowError",)),
    Pair(fingerprint_absent, fingerprint_absent_fixed, ("valid",), ("KeyError",)),
    Pair(error_with_200, error_with_200_fixed, ("drift",), ("KeyError",)),
    Pair(page_with_200, page_with_200_fixed, ("drift",), ("JSONDecodeError",)),
    Pair(choices_null, choices_null_fixed, ("drift",), ("TypeError",)),
)

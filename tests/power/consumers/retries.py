"""Consumers that ask again, and those that should have."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx
import requests

from tests.power.consumers.asking import MODEL, STORY, AppError
from tests.power.pair import NO_END, Pair

ASKED = {"model": MODEL, "prompt": STORY}
TRIES = 3
OK, BAD, TOO_MANY, BROKEN = 200, 400, 429, 500
WAITS = {408: 1, 409: 1, TOO_MANY: 1, BROKEN: 1, 502: 1, 503: 1, 504: 1, 529: 1}

if TYPE_CHECKING:
    from collections.abc import Callable, Container


def asked_once(http: httpx.Client) -> httpx.Response:
    """Ask; a broken connection is the application's error."""
    try:
        return http.post("completions", json=ASKED)
    except httpx.TransportError as error:
        raise AppError("no connection") from error


def posted_once(base: str) -> requests.Response:
    """Ask with requests; a broken connection is the application's error."""
    try:
        return requests.post(f"{base}/completions", json=ASKED, timeout=5)
    except requests.RequestException as error:
        raise AppError("no connection") from error


def text_of(response: httpx.Response | requests.Response) -> str:
    """Read the text of a good answer; any other answer is the application's error."""
    if response.status_code != OK:
        raise AppError(f"status {response.status_code}")
    try:
        return response.json()["choices"][0]["text"]  # type: ignore[no-any-return]
    except (ValueError, LookupError, TypeError) as error:
        raise AppError("no text") from error


def seconds(header: str | None) -> float:
    """Read a ``Retry-After``: seconds, a date, or nothing of use."""
    try:
        return float(header or 1)
    except ValueError:
        pass
    try:
        return max(parsedate_to_datetime(header or "").timestamp() - time.time(), 0)
    except ValueError:
        return 1


def retry_after_absent(http: httpx.Client) -> str:
    """A 429 without ``Retry-After``.

    Source: briandelmsft/STAT-Function#184, JustinBeckwith/linkinator#681.
    """
    for _ in range(TRIES):
        response = asked_once(http)
        if response.status_code != TOO_MANY:
            return text_of(response)
        time.sleep(seconds(response.headers["retry-after"]))
    raise AppError("too many requests")


def retry_after_fixed(http: httpx.Client) -> str:
    """Whatever the header holds."""
    for _ in range(TRIES):
        response = asked_once(http)
        if response.status_code != TOO_MANY:
            return text_of(response)
        time.sleep(seconds(response.headers.get("retry-after")))
    raise AppError("too many requests")


def retry_after_date(base: str) -> str:
    """A ``Retry-After`` that is a date.

    Source: IBM/mcp-context-forge#5674, interviewstreet/hiring-agent#387.
    """
    for _ in range(TRIES):
        response = posted_once(base)
        if response.status_code != TOO_MANY:
            return text_of(response)
        time.sleep(float(response.headers.get("retry-after", "1")))
    raise AppError("too many requests")


def retry_after_date_fixed(base: str) -> str:
    """Whatever the header holds."""
    for _ in range(TRIES):
        response = posted_once(base)
        if response.status_code != TOO_MANY:
            return text_of(response)
        time.sleep(seconds(response.headers.get("retry-after")))
    raise AppError("too many requests")


def overloaded_unknown(base: str) -> str:
    """A 529 is not in the list of what is asked again.

    Source: agentscope-ai/QwenPaw#1891, vava-nessa/free-coding-models#148.
    """
    return _listed(base, {TOO_MANY, BROKEN, 502, 503, 504})


def gateway_timeout_unknown(base: str) -> str:
    """A 504 is not in the list of what is asked again.

    Source: tidyverse/ellmer#948, open-webui/open-webui#25167.
    """
    return _listed(base, {TOO_MANY, BROKEN, 502, 503, 529})


def _listed(base: str, statuses: Container[int]) -> str:
    for _ in range(TRIES):
        response = posted_once(base)
        if response.status_code in statuses:
            time.sleep(1)
        elif response.status_code < BROKEN:
            return text_of(response)
        else:
            response.raise_for_status()
    raise AppError("overloaded")


def all_asked_again(base: str) -> str:
    """Everything from 500 on is asked again."""
    for _ in range(TRIES):
        response = posted_once(base)
        if response.status_code != TOO_MANY and response.status_code < BROKEN:
            return text_of(response)
        time.sleep(1)
    raise AppError("overloaded")


def asked_for_ever(http: httpx.Client) -> str:
    """Nothing limits how often a busy server is asked again.

    Source: TannerMidd/minimal-chat#177, run-llama/llama-agents#252.
    """
    while True:
        response = asked_once(http)
        if response.status_code != TOO_MANY and response.status_code < BROKEN:
            return text_of(response)
        time.sleep(1)


def asked_for_ever_fixed(http: httpx.Client) -> str:
    """Three times are enough."""
    for _ in range(TRIES):
        response = asked_once(http)
        if response.status_code != TOO_MANY and response.status_code < BROKEN:
            return text_of(response)
        time.sleep(1)
    raise AppError("busy")


def status_unmapped(http: httpx.Client) -> str:
    """Every failure has a wait, but a 401 is no matter of waiting.

    Source: mindsdb/anton#178, farrael004/Quest#2.
    """
    return _with_waits(http, WAITS.__getitem__)


def status_unmapped_fixed(http: httpx.Client) -> str:
    """A failure without a wait is final."""

    def wait(status: int) -> int:
        if status not in WAITS:
            raise AppError(f"status {status}")
        return WAITS[status]

    return _with_waits(http, wait)


def _with_waits(http: httpx.Client, wait: Callable[[int], int]) -> str:
    for _ in range(TRIES):
        response = asked_once(http)
        if response.status_code < BAD:
            return text_of(response)
        time.sleep(wait(response.status_code))
    raise AppError("no luck")


PAIRS = (
    Pair(retry_after_absent, retry_after_fixed, ("http",), ("KeyError",)),
    Pair(retry_after_date, retry_after_date_fixed, ("http",), ("ValueError",)),
    Pair(overloaded_unknown, all_asked_again, ("http",), ("HTTPError",)),
    Pair(gateway_timeout_unknown, all_asked_again, ("http",), ("HTTPError",)),
    Pair(asked_for_ever, asked_for_ever_fixed, ("http",), (NO_END,)),
    Pair(status_unmapped, status_unmapped_fixed, ("http",), ("KeyError",)),
)

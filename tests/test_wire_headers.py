"""Header fields: one spelling, and the allow-list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_argot.wire.headers import REQUEST_ALLOWED, RESPONSE_ALLOWED, allow, normalise


def test_names_become_lower_case_and_values_lists() -> None:
    """Every header has one lower-case name and a list of values."""
    assert normalise({"Content-Type": "a/b", "X": ["1", "2"]}) == {
        "content-type": ["a/b"],
        "x": ["1", "2"],
    }


def test_names_that_differ_in_case_only_become_one() -> None:
    """Spellings of one header are joined, in the order they came."""
    assert normalise({"Link": "a", "link": ["b"]}) == {"link": ["a", "b"]}


def test_a_header_never_spans_lines() -> None:
    """CR and LF in names and values become one space."""
    assert normalise({"x\r\ny": "a\r\n b\nc\0"}) == {"x y": ["a  b c"]}


def test_only_what_is_allowed_or_kept_stays() -> None:
    """Ids, dates, limits and cookies are dropped unless asked for by name or glob."""
    headers = normalise(
        {
            "Content-Type": "application/json",
            "Date": "Sun, 22 Nov 2026 13:50:00 GMT",
            "Set-Cookie": "a=b",
            "X-Request-Id": "req_1",
            "X-RateLimit-Remaining-Requests": "1",
            "X-RateLimit-Remaining-Tokens": "2",
            "Retry-After": "1",
        }
    )
    assert list(allow(headers, RESPONSE_ALLOWED, ())) == ["content-type", "retry-after"]
    kept = allow(headers, RESPONSE_ALLOWED, ["X-Request-ID", "x-ratelimit-*-tokens"])
    assert list(kept) == [
        "content-type",
        "retry-after",
        "x-ratelimit-remaining-tokens",
        "x-request-id",
    ]


def test_allow_copies_the_values() -> None:
    """What allow gives can change without changing what it got."""
    headers = {"accept": ["a"]}
    allow(headers, REQUEST_ALLOWED, ())["accept"].append("b")
    assert headers == {"accept": ["a"]}


@pytest.mark.parametrize("name", ["retry-after", "retry-after-ms", "x-should-retry", "location"])
def test_what_clients_act_on_is_recorded(name: str) -> None:
    """Retries and redirects of clients work the same from a recording."""
    assert name in RESPONSE_ALLOWED


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "cookie",
        "date",
        "idempotency-key",
        "openai-organization",
        "openai-processing-ms",
        "set-cookie",
        "user-agent",
        "x-request-id",
        "x-stainless-retry-count",
    ],
)
def test_what_is_private_or_changes_each_time_is_not_recorded(name: str) -> None:
    """Neither side records credentials, owners, ids or timings."""
    assert name not in REQUEST_ALLOWED | RESPONSE_ALLOWED


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text())))
def test_normalising_twice_changes_nothing(headers: dict[str, str | list[str]]) -> None:
    """Normalising is idempotent and leaves no control character but the tab."""
    once = normalise(headers)
    assert normalise(once) == once
    text = "".join([*once, *(value for values in once.values() for value in values)])
    assert not any(letter < " " and letter != "\t" for letter in text)

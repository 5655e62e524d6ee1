"""The head and the margins of an answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_argot.fuzz.fuzz import Fuzz
from pytest_argot.fuzz.planning import variants
from tests.drift_material import BODY, STREAM, body, interaction, routes, streamed

if TYPE_CHECKING:
    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.fuzz.variant import Variant


def plan(recorded: Interaction) -> dict[str, Variant]:
    """Give what servers were seen to send instead, by id."""
    found = variants([recorded], routes(), Fuzz(families="observed"), full=True)
    return {each.id: each for each in found}


def headed(recorded: Interaction, **headers: str) -> Interaction:
    """Give an interaction with more headers in its answer."""
    more = {name.replace("_", "-"): [value] for name, value in headers.items()}
    response = recorded.response
    return replace(recorded, response=replace(response, headers={**response.headers, **more}))


def test_a_charset_comes_and_goes() -> None:
    """A content type gets a charset, or loses the one it had; the body stays."""
    for recorded, name in (
        (interaction(body()), "application/json"),
        (streamed(STREAM), "text/event-stream"),
    ):
        bare = plan(headed(recorded, content_type=name))["content-type=charset"]
        assert bare.answers[0].headers["content-type"] == [f"{name}; charset=utf-8"]
        told = plan(headed(recorded, content_type=f"{name}; charset=utf-8"))
        assert told["content-type=charset"].answers[0].headers["content-type"] == [name]
        assert bare.valid
        assert bare.answers[0].body == recorded.response.body


def test_headers_nobody_needs_are_gone() -> None:
    """``x-request-id`` and its like go, and what says how to read the body stays."""
    recorded = headed(interaction(body()), x_request_id="req_1", x_ratelimit_limit="60")
    variant = plan(recorded)["headers=few"]
    assert variant.answers[0].headers == interaction(body()).response.headers
    assert variant.changed.startswith(
        "the answer: as recorded → no x-ratelimit-limit, x-request-id"
    )
    assert variant.valid
    assert "headers=few" not in plan(interaction(body()))


def test_blank_lines_come_before_the_body() -> None:
    """A connection was kept alive by blank lines; the JSON after them is the same."""
    variant = plan(interaction(body()))["body=blank-lines-first"]
    assert variant.answers[0].body.startswith(b"\n\n")
    assert json.loads(variant.answers[0].body) == BODY
    assert variant.valid
    assert "body=blank-lines-first" not in plan(streamed(STREAM))

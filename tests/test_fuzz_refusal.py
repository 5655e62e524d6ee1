"""What is said of plans that cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pytest_argot.errors import Misuse
from pytest_argot.fuzz.fuzz import Fuzz
from pytest_argot.fuzz.planning import variants
from tests.drift_material import body, interaction, put, routes

PLAIN = interaction(body(put("choices", 0, "logprobs", to=None)))


def refused(*selectors: str, given: Any = None, parsing: bool = False, **options: Any) -> Misuse:
    """Give what is wrong with a plan for one recorded answer."""
    with pytest.raises(Misuse) as caught:
        variants(
            [given or interaction(body())], routes(), Fuzz(*selectors, **options), parsing=parsing
        )
    return caught.value


@pytest.mark.parametrize(
    ("selector", "first"),
    [("usag.*", "usage.*"), ("usage.total", "usage.total_tokens"), ("!choises", "choices")],
)
def test_a_mistyped_selector_is_told_what_it_may_have_meant(selector: str, first: str) -> None:
    """What is most alike comes first, a whole object among it."""
    assert refused(selector).fix.startswith(f"use one of: {first}")


def test_objects_are_offered_to_any_selector() -> None:
    """Even a selector like nothing is told of the objects and of the fields at the top."""
    assert refused("zzz").fix.startswith("use one of: usage.*, id, choices, ")
    assert "usage.*" in refused("usage.nonsense").fix


def test_a_selector_without_a_variant_in_these_families_is_no_mistake() -> None:
    """It names a field; that the other one is varied is enough."""
    assert variants([PLAIN], routes(), Fuzz("choices[*].text", "created"))


@pytest.mark.parametrize(
    ("selectors", "options", "fix"),
    [
        (["choices[*].text"], {}, "add families: content, observed, drift, or take out selectors"),
        (["choices[*].text"], {"families": "stream"}, "add families: content, observed, drift, or"),
        ([], {"families": "stream"}, "add families: valid, content, observed, drift, http"),
    ],
)
def test_families_that_would_do_are_offered(
    selectors: list[str], options: dict[str, Any], fix: str
) -> None:
    """Only those not asked for already, and with selectors only those that vary the fields."""
    assert refused(*selectors, **options).fix.startswith(fix)


def test_an_answer_without_json_has_no_fields() -> None:
    """A selector is told that there is no JSON, where there is a model."""
    page = interaction(b"<html>busy</html>")
    assert "are no JSON" in refused("usage", given=page).fix
    elsewhere = replace(page, request=replace(page.request, url="https://x.test/v1/other"))
    assert refused("usage", given=elsewhere).fix == "give the route a response model"

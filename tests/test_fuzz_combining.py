"""Several variants of one response as one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_argot.fuzz.combining import combined
from pytest_argot.fuzz.fuzz import Fuzz
from pytest_argot.fuzz.planning import variants
from tests.drift_material import body, drop, interaction, routes

if TYPE_CHECKING:
    from pytest_argot.fuzz.variant import Variant


def plan() -> dict[str, Variant]:
    """Give all variants of two families by id."""
    asked = Fuzz(families=("valid", "drift"))
    return {each.id: each for each in variants([interaction(body())], routes(), asked, full=True)}


def test_combined() -> None:
    """Changes of different values are made together; of one value, or a part of it, they are not."""
    found = plan()
    names = ("finish_reason=length", "usage=absent")
    both = combined([interaction(body())], routes(), [found[name] for name in names])
    assert both is not None
    assert both.id == "finish_reason=length+usage=absent"
    expected: dict[str, Any] = json.loads(body(drop("usage")))
    expected["choices"][0]["finish_reason"] = "length"
    assert json.loads(both.answers[0].body) == expected
    assert both.valid
    nested = [found["usage=absent"], found["usage.prompt_tokens=0"]]
    same = [found["finish_reason=length"], found["finish_reason=content_filter"]]
    whole = [found["usage=absent"], found["body=html"]]
    for chosen in (nested, nested[::-1], same, whole, []):
        assert combined([interaction(body())], routes(), chosen) is None

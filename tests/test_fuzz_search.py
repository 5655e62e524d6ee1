"""Combinations of variants, as Hypothesis draws and shrinks them."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import find, given, settings

from pytest_argot.errors import CassetteMissing, Misuse
from pytest_argot.fuzz import variants
from pytest_argot.fuzz.fuzz import Fuzz
from pytest_argot.fuzz.search import Combination, changes, combinations, several
from tests.cassette_tree import BODY, write
from tests.drift_material import STREAM, body, interaction, routes, streamed

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.fuzz.variant import Variant


def strategy(
    *selectors: str, on: tuple[Interaction, ...] = (), **options: Any
) -> SearchStrategy[Combination]:
    """Give combinations for one recorded body."""
    return combinations(on or (interaction(body()),), routes(), Fuzz(*selectors, **options))


def answer(of: Variant) -> Any:
    """Give the JSON of the only answer."""
    return json.loads(of.answers[0].body)


FEW = settings(max_examples=60, deadline=None, database=None)


@FEW
@given(strategy(families={"valid", "drift"}))
def test_a_combination_holds_all_its_changes(changed: Combination) -> None:
    """Each chosen variant is in the whole; no two touch the same value; there is at least one."""
    assert changed.chosen
    paths = [each.path for each in changed.chosen]
    assert len(set(paths)) == len(paths)
    assert changed.whole.path == ", ".join(paths)
    assert repr(changed) == "; ".join(f"{each.path} = {each.new}" for each in changed.chosen)
    assert changed.whole.valid <= all(each.valid for each in changed.chosen)
    document = answer(changed.whole)
    for each in changed.chosen:
        if each.path == "usage" and each.new == "absent":
            assert "usage" not in document


def test_a_bug_of_two_fields_shrinks_to_two_changes() -> None:
    """What is found is the simplest: the two changes that matter and none beside them."""

    def breaks(changed: Combination) -> bool:
        document = answer(changed.whole)
        reasons = [each["finish_reason"] for each in document["choices"]]
        return "length" in reasons and "usage" not in document

    found = find(strategy(), breaks, settings=settings(max_examples=2000, database=None))
    assert sorted(each.id for each in found.chosen) == ["finish_reason=length", "usage=absent"]


def test_of_two_changes_that_meet_either_is_kept() -> None:
    """Neither a list nor what is in it keeps the other from being changed."""
    on = (interaction(body()),)
    found: Counter[str] = Counter()

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(several(on, routes(), changes(on, routes(), Fuzz())))
    def each(changed: Combination) -> None:
        found.update(one.path for one in changed.chosen)

    each()
    assert min(found["choices"], found["choices[0].logprobs"]) > 20
    assert found["choices[0].logprobs.top_logprobs[0]"] > 5


def test_the_likeliest_single_changes_are_drawn_most() -> None:
    """Two hundred examples hold almost each of the first two dozen changes alone."""
    plan = changes((interaction(body()),), routes(), Fuzz())
    alone: set[str] = set()

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(strategy())
    def each(changed: Combination) -> None:
        alone.update([changed.whole.id] * (len(changed.chosen) == 1))

    each()
    assert len(alone & {one.id for one in plan[:24]}) > 20


def test_selectors_bound_the_search() -> None:
    """Only what the selectors name is changed."""
    seen: set[str] = set()

    @FEW
    @given(strategy("usage", "!usage.*"))
    def each(changed: Combination) -> None:
        seen.update(chosen.path for chosen in changed.chosen)

    each()
    assert seen == {"usage"}


def test_one_interaction_at_a_time() -> None:
    """A combination changes one of several recorded answers, a streamed one in its events."""

    @FEW
    @given(strategy(on=(interaction(body()), streamed(STREAM))))
    def each(changed: Combination) -> None:
        assert {chosen.interaction for chosen in changed.chosen} == {changed.whole.interaction}
        assert changed.whole.interaction in {0, 1}

    each()


def test_nothing_to_combine() -> None:
    """Families that change no field are told so."""
    with pytest.raises(Misuse, match="no variant changes a field"):
        strategy(families={"http"})


def test_the_public_strategy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``variants`` reads the cassette when it is drawn from; wrong selectors are told at once."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Misuse):
        variants("haiku", families={"vald"})
    missing = variants("haiku", "usage")
    with pytest.raises(CassetteMissing):
        missing.validate()
    write(tmp_path / "cassettes" / "haiku.yaml", BODY)
    found = find(variants("haiku", "usage"), _is_of_usage, settings=settings(database=None))
    assert "usage" not in answer(found)


def _is_of_usage(changed: Variant) -> bool:
    return changed.path == "usage"

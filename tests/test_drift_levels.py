"""Levels: the defaults of the contract, overrides, and what fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_argot.drift.finding import Level
from pytest_argot.drift.levels import DEFAULT_LEVELS, Levels, failing
from pytest_argot.errors import Misuse
from pytest_argot.settings import PROFILES
from tests.drift_material import body, drop, interaction, judged, put


def test_default_levels() -> None:
    """Every kind has the level the contract gives it."""
    levels = Levels()
    assert levels.level("field.missing", "id") is Level.ERROR
    assert levels.level("constraint.too_long", "id") is Level.WARN
    assert levels.level("custom.value_error") is Level.ERROR
    assert levels.level("stream.no_done") is Level.WARN
    assert levels.level("field.added", "x") is Level.INFO
    assert len(DEFAULT_LEVELS) == 30


OVERRIDES: list[tuple[dict[str, str], str, str, Level]] = [
    ({"field.added": "warn"}, "field.added", "x", Level.WARN),
    ({"field.*": "info"}, "field.missing", "x", Level.INFO),
    ({"field.added:usage.**": "warn"}, "field.added", "usage.a.b", Level.WARN),
    ({"field.added:usage.**": "warn"}, "field.added", "usage", Level.WARN),
    ({"field.added:usage.**": "warn"}, "field.added", "other", Level.INFO),
    ({"field.added:usage.*": "warn"}, "field.added", "usage.a.b", Level.INFO),
    ({"enum.unknown:choices[*].*": "warn"}, "enum.unknown", "choices[*].finish_reason", Level.WARN),
    ({"enum.unknown:choices[0].*": "warn"}, "enum.unknown", "choices[*].finish_reason", Level.WARN),
    ({"enum.unknown:choices.*.*": "warn"}, "enum.unknown", "choices[*].finish_reason", Level.WARN),
    ({"*:**.finish_*": "info"}, "enum.unknown", "choices[*].finish_reason", Level.INFO),
    ({"*:**.index": "info"}, "enum.unknown", "choices[*].finish_reason", Level.ERROR),
    ({"body.empty:": "info"}, "body.empty", "", Level.INFO),
    ({"type.changed:": "info"}, "type.changed", "x", Level.ERROR),
    ({"constraint.too_long": "error"}, "constraint.too_long", "x", Level.ERROR),
    ({'field.added:meta["a b"]': "warn"}, "field.added", 'meta["a b"]', Level.WARN),
]


@pytest.mark.parametrize(("overrides", "kind", "path", "level"), OVERRIDES)
def test_override(overrides: dict[str, str], kind: str, path: str, level: Level) -> None:
    """A pattern over kinds and paths changes the level of what it fits, and of nothing else."""
    assert Levels(overrides).level(kind, path) is level


def test_most_specific_override_wins() -> None:
    """A path beats none, literal segments beat wildcards, whatever the order."""
    rules = {"**": "error", "*:usage.**": "error", "field.added:usage.*": "error"}
    for overrides in (
        rules | {"field.*:usage.cost": "warn"},
        {"field.*:usage.cost": "warn"} | rules,
    ):
        assert Levels(overrides).level("field.added", "usage.cost") is Level.WARN


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"feild.added": "warn"}, "field.added"),
        ({"": "warn"}, "field.added"),
        ({"field.added": "loud"}, "error, warn, info"),
        ({"constraint": "warn"}, "constraint.*"),
    ],
)
def test_unknown_kind_or_level(overrides: dict[str, str], said: str) -> None:
    """A kind or level nobody knows is refused, naming the place and what is allowed."""
    with pytest.raises(Misuse, match=r"argot\.toml") as caught:
        Levels(overrides, "argot.toml")
    assert said in caught.value.fix


def test_failing() -> None:
    """Findings at or above the level fail; accepted ones and, with never, all do not."""
    low, high = judged(interaction(body(put("x", to=1)))), judged(interaction(body(drop("id"))))
    findings = [*low, *high]
    assert failing(findings, "error") == list(high)
    assert failing(findings, "info") == findings
    assert failing(findings, "never") == []
    assert failing([replace(high[0], accepted=True)], "info") == []
    with pytest.raises(Misuse):
        failing(findings, "sometimes")


def test_every_profile_names_kinds_and_levels_that_exist() -> None:
    """The settings cannot know the kinds; the judge takes what each profile says of them."""
    for profile in PROFILES.values():
        Levels(profile=profile.levels)
        failing([], profile.fail_on)
    assert PROFILES["default"].levels == {}
    assert PROFILES["default"].fail_on == "error"


PROFILED: list[tuple[str, str, Level]] = [
    ("lax", "type.coercible", Level.WARN),
    ("lax", "enum.unknown", Level.WARN),
    ("lax", "field.missing", Level.ERROR),
    ("lax", "constraint.too_long", Level.INFO),
    ("strict", "field.added", Level.WARN),
    ("strict", "type.coercible", Level.ERROR),
]


@pytest.mark.parametrize(("profile", "kind", "level"), PROFILED)
def test_a_profile_changes_levels(profile: str, kind: str, level: Level) -> None:
    """A profile moves its own kinds and leaves the others."""
    assert Levels(profile=PROFILES[profile].levels).level(kind) is level


def test_levels_said_one_by_one_beat_the_profile() -> None:
    """However unspecific an override is, the profile gives way to it."""
    lax = PROFILES["lax"].levels
    assert Levels({"**": "error"}, profile=lax).level("type.coercible", "id") is Level.ERROR
    assert Levels({"enum.*": "info"}, profile=lax).level("type.coercible", "id") is Level.WARN

"""``[[tool.argot.overrides]]``: which test files an entry means, and what it changes for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_argot.settings import RouteSetting, Settings
from pytest_argot.settings.keys import MATCH_ON

ROOT = Path("/project")


def of(test: str, *overrides: dict[str, Any], **base: Any) -> Settings:
    """Give the settings for a test file of the project."""
    settings = Settings(root=ROOT).updated({**base, "overrides": list(overrides)}, "here")
    return settings.for_test(ROOT / test)


@pytest.mark.parametrize(
    ("glob", "test", "means"),
    [
        ("tests/azure/**", "tests/azure/test_a.py", True),
        ("tests/azure/**", "tests/azure/deep/er/test_a.py", True),
        ("tests/azure/**", "tests/azure.py", False),
        ("tests/azure/*", "tests/azure/deep/test_a.py", False),
        ("tests/*.py", "tests/test_a.py", True),
        ("tests/*.py", "tests/deep/test_a.py", False),
        ("**/test_a.py", "test_a.py", True),
        ("**/test_a.py", "one/two/test_a.py", True),
        ("tests/**/live/**", "tests/live/test_a.py", True),
        ("tests/**/live/**", "tests/a/b/live/test_a.py", True),
        ("tests/**/live/**", "tests/alive/test_a.py", False),
        ("tests/test_[ab].py", "tests/test_b.py", True),
        ("tests/test_?.py", "tests/test_bc.py", False),
        ("tests/test_a.py", "tests/test_axpy", False),
        ("tests/azure", "tests/azure/deep/test_a.py", True),
        ("tests/azure/", "tests/azure/test_a.py", True),
        ("./tests", "tests/test_a.py", True),
        ("tests/azure", "tests/azure_too/test_a.py", False),
        (".", "tests/test_a.py", True),
        ("../other/**", "../other/test_a.py", True),
        ("Tests/**", "tests/test_a.py", False),
    ],
)
def test_which_test_files_a_glob_means(glob: str, test: str, *, means: bool) -> None:
    """`*` stays within a part, `**` is any folders, a plain folder means all below it."""
    assert (of(test, {"tests": glob, "fail_on": "never"}).fail_on == "never") is means


def test_several_globs_mean_any_of_them() -> None:
    """A list of globs means the files of each."""
    override = {"tests": ["a/**", "b/**"], "unplayed": "fail"}
    assert [of(f"{x}/test_a.py", override).unplayed for x in "abc"] == ["fail", "fail", "warn"]


def test_later_entries_win_key_by_key() -> None:
    """Of two entries that fit, the later wins for its keys; the other keys stay."""
    first = {"tests": "tests/**", "fail_on": "never", "record": "once"}
    second = {"tests": "tests/azure/**", "fail_on": "info"}
    azure = of("tests/azure/test_a.py", first, second)
    assert (azure.fail_on, azure.record) == ("info", "once")
    assert of("tests/test_a.py", first, second).fail_on == "never"


def test_what_is_replaced_and_what_is_added() -> None:
    """Scalars and match_on are replaced, masks and hosts added, tables merged, routes go first."""
    base: dict[str, Any] = {
        "match_on": "body",
        "mask": "body:$.user",
        "passthrough": ["db"],
        "levels": {"field.added": "warn", "stream.*": "info"},
        "replay_env": {"OPENAI_API_KEY": "mine"},
        "routes": [{"match": "POST *", "dialect": "vllm"}],
    }
    override: dict[str, Any] = {
        "tests": "**",
        "match_on": ["method", "body"],
        "mask": ["body:$.id"],
        "passthrough": ["es:9200", "db"],
        "levels": {"field.added": "error"},
        "replay_env": {"MY_KEY": "x"},
        "routes": [{"match": "POST */v1/*", "dialect": "azure"}],
    }
    there = of("test_a.py", override, **base)
    assert there.match_on == ("method", "body")
    assert there.mask == ("body:$.user", "body:$.id")
    assert there.passthrough == ("db", "es:9200")
    assert there.levels == {"field.added": "error", "stream.*": "info"}
    assert (there.replay_env["OPENAI_API_KEY"], there.replay_env["MY_KEY"]) == ("mine", "x")
    assert [route.dialect for route in there.routes] == ["azure", "vllm"]
    assert there.routes[1] == RouteSetting(match="POST *", dialect="vllm")


def test_without_an_entry_nothing_changes() -> None:
    """A test file no entry means gets the very settings of its file."""
    settings = Settings(root=ROOT).updated({"overrides": [{"tests": "a", "record": "once"}]}, "h")
    assert settings.for_test(ROOT / "b" / "test_a.py") is settings
    assert settings.match_on == MATCH_ON


def test_one_file_of_known_things_for_a_settings_file() -> None:
    """An override that moves the cassettes does not move the file of known things."""
    there = of("azure/test_a.py", {"tests": "azure", "cassettes": "azure/tapes"})
    assert there.folder == ROOT / "azure" / "tapes"
    assert there.accepted_file == ROOT / "cassettes" / "argot-accepted.toml"
    assert [each.top for each in of("a", {"tests": "x", "cassettes": "y"}).layouts] == [
        ROOT / "cassettes",
        ROOT / "y",
    ]


def shared(*tests: str, **base: Any) -> Settings:
    """Give the settings of what tests share, where one folder is lax and another strict."""
    lax = {"tests": "lax", "fail_on": "never", "match_on": "body", "mask": "body:$.a"}
    strict = {"tests": "strict", "fail_on": "info", "match_on": "body", "mask": "body:$.b"}
    settings = Settings(root=ROOT).updated({**base, "overrides": [lax, strict]}, "here")
    return settings.for_tests(ROOT / test for test in tests)


def test_tests_share_what_they_agree_on() -> None:
    """Overrides all tests have hold for what they share, key by key; else what holds without."""
    assert shared("lax/test_a.py", "lax/test_b.py").fail_on == "never"
    both = shared("lax/test_a.py", "strict/test_a.py", fail_on="warn")
    assert (both.fail_on, both.match_on) == ("warn", ("body",))
    assert shared("lax/test_a.py", "test_a.py", fail_on="warn").fail_on == "warn"
    assert both.accepted_file == shared().accepted_file


def test_every_mask_holds_for_what_tests_share() -> None:
    """What one of them hides is hidden, whatever the others say."""
    both = shared("lax/test_a.py", "strict/test_a.py", "test_a.py", mask="body:$.user")
    assert both.mask == ("body:$.user", "body:$.a", "body:$.b")


def test_what_no_test_asks_for_has_the_settings_outside_overrides() -> None:
    """Without a test, or with tests no entry means, nothing changes."""
    for settings in (shared(), shared("test_a.py")):
        assert (settings.fail_on, settings.mask, settings.main) == (None, (), None)


def test_an_item_has_its_place() -> None:
    """An item of a list or table is placed in the override that brought it, else in the table."""
    in_force = of(
        "test_a.py",
        {"tests": "other", "mask": "body:$.c"},
        {"tests": ".", "mask": ["body:$.b"], "levels": {"key.*": "info"}},
        mask="body:$.a",
    )
    assert in_force.where("mask", "body:$.a") == "the defaults mask"
    assert in_force.where("mask", "body:$.b") == "here [[overrides]] 2 mask"
    assert in_force.where("levels", "key.*") == "here [[overrides]] 2 levels"
    assert in_force.where("mask") == "the defaults mask"
    assert in_force.where() == "the defaults"

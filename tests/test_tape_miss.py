"""The message of a request that found no answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot.cassette.matching import Matcher
from pytest_argot.settings import Options, Settings
from pytest_argot.tape.miss import explain
from pytest_argot.tape.plan import Plan
from tests.cassette_tree import BODY, interaction

if TYPE_CHECKING:
    from pytest_argot.cassette.interaction import Interaction

HERE = Path(__file__).resolve().parent
OWN = "test_it.py::test_it"
PLAN = Plan(
    paths=(HERE / "cassettes" / "it.yaml",),
    record="none",
    settings=Settings(root=HERE),
    test=OWN,
    command=f"pytest {OWN}",
    here=HERE,
)
LOOPBACK = "http://127.0.0.1:9/v1/completions"


def owned(prompt: str, *tests: str) -> Interaction:
    """Give an interaction that these tests ask for."""
    return replace(interaction(BODY, prompt=prompt), tests=tests)


def told(
    *recorded: Interaction,
    plan: Plan = PLAN,
    asked: Interaction | None = None,
    played: tuple[int, ...] = (),
) -> list[str]:
    """Give the lines of the message for a request of the test."""
    request = (asked or interaction(BODY, prompt="a new haiku")).request
    text = explain(
        plan, request, recorded, frozenset(played), Matcher(plan.match_on), missing=not recorded
    )
    return text.splitlines()


def test_the_command_replaces_what_the_test_used_to_ask_for() -> None:
    """Own recordings left over: update drops them; none left over, or others': new_episodes."""
    command = f"  record it: pytest {OWN} --argot-record="
    assert told(owned("a haiku", OWN))[-1] == f"{command}update"
    assert told(owned("a haiku", "other.py::test"))[-1] == f"{command}new_episodes"
    assert told(owned("a haiku", OWN), played=(0,))[-1] == f"{command}new_episodes"
    assert told()[-1] == f"{command}once"


def test_one_recording_is_shown_unless_others_are_as_close() -> None:
    """One closest recording; several where none is closer; equal ones once."""
    far = owned("something else entirely")
    near = owned("a new haik_")
    assert "\n".join(told(far, near, far)).count("closest:") == 1
    assert "\n".join(told(owned("a new haik1"), owned("a new haik2"))).count("closest:") == 2
    assert "\n".join(told(near, near)).count("closest:") == 1


def test_another_address_can_be_masked_or_set() -> None:
    """Where only the host differs a mask helps on loopback, the old base URL anywhere else."""
    elsewhere = interaction(BODY, url=LOOPBACK.replace("9", "8"))
    lines = told(elsewhere, asked=interaction(BODY, url=LOOPBACK))
    assert lines[-1].endswith('mask = ["host:127.0.0.1:*=llm"]')
    lines = told(interaction(BODY), asked=interaction(BODY, url="https://llm.test/v1/completions"))
    assert lines[-1] == "  or set the base URL as it was when it was recorded"


def test_what_holds_the_mode_is_told() -> None:
    """A lock, and a CI that keeps from writing, are named; the lock comes before the command."""
    locked = told(owned("a haiku"), plan=replace(PLAN, options=Options(record="none")))
    assert (
        '  cassette: cassettes/it.yaml (mode none; locked by record="none" in the decorator)'
        in (locked)
    )
    assert locked[-1].startswith('  record it: take record="none" out of the decorator, then ')
    unheard = told(owned("a haiku"), plan=replace(PLAN, unheard="ARGOT_RECORD=once"))
    assert "(mode none; CI is set, so ARGOT_RECORD=once does not count)" in "\n".join(unheard)


def test_a_script_is_told_its_own_line() -> None:
    """Outside pytest the fix is a line of the script, with the name as it was given."""
    script = replace(PLAN, command="", test="", options=Options(names=("poems/it",), record="none"))
    assert told(owned("a haiku"), plan=script)[-1] == (
        '  record it: use_cassette("poems/it", record="new_episodes")'
    )

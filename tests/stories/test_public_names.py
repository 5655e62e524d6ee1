"""Promise: what a user imports, installs and types has one name each, and keeps it."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import distribution, entry_points
from typing import TYPE_CHECKING

import pytest

import pytest_argot
from pytest_argot.settings import scalar_flags
from tests.cassette_tree import BODY, finished, interaction, write

if TYPE_CHECKING:
    from tests.conftest import House

MODELS = {
    "CompletionTokensDetails",
    "CompletionUsage",
    "CreateCompletionChunk",
    "CreateCompletionResponse",
    "CreateCompletionResponseChoices",
    "CreateCompletionResponseFinishReason",
    "CreateCompletionResponseLogprobs",
    "CreateCompletionResponseObject",
    "ErrorResponse",
    "PromptTokensDetails",
}
OTHERS = {
    *("argot_cassette", "Tape", "use_cassette", "Finding", "Level"),
    *("ArgotError", "CassetteMissing", "CassetteCorrupt", "SchemaDrift", "SecretFound"),
    *("NoMatch", "NetworkBlocked", "ArgotWarning", "DriftWarning", "UnplayedWarning"),
}


def test_every_public_name_imports() -> None:
    """Each name of the contract comes from pytest_argot, the response models as one object."""
    assert set(pytest_argot.__all__) >= MODELS | OTHERS
    for name in MODELS | OTHERS:
        assert getattr(pytest_argot, name) is not None
    for name in MODELS:
        assert getattr(pytest_argot, name) is getattr(pytest_argot.models, name)
    with pytest.raises(AttributeError, match="argot_casette"):
        _ = pytest_argot.argot_casette


def test_a_name_is_loaded_when_it_is_used() -> None:
    """Importing the package loads nothing of it but its errors; a name brings what it needs."""
    script = (
        "import sys, pytest_argot; before = {n for n in sys.modules if n.startswith('pytest_')};"
        "assert before == {'pytest_argot', 'pytest_argot.errors'}, before;"
        "assert not {'pydantic', 'vcr', 'yaml', 'pytest'} & set(sys.modules);"
        "pytest_argot.CompletionUsage; assert 'pydantic' in sys.modules;"
        "assert 'vcr' not in sys.modules and 'pytest' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_the_errors_are_a_family() -> None:
    """One except clause, one filter, catches what belongs together, and no more."""
    errors = pytest_argot
    for name in ("CassetteMissing", "CassetteCorrupt", "SchemaDrift", "SecretFound"):
        assert issubclass(getattr(errors, name), errors.ArgotError)
    assert issubclass(errors.SchemaDrift, AssertionError)
    for name in ("NoMatch", "NetworkBlocked"):
        assert issubclass(getattr(errors, name), BaseException)
        assert not issubclass(getattr(errors, name), Exception)
    for name in ("DriftWarning", "UnplayedWarning"):
        assert issubclass(getattr(errors, name), errors.ArgotWarning)
    assert issubclass(errors.ArgotWarning, UserWarning)


def test_the_decorator_is_a_marker(plain_house: House) -> None:
    """pytest.mark.argot_cassette does what the import does; -m finds both, --markers lists it."""
    write(plain_house.cassettes / "haiku.yaml", BODY)
    plain_house.write(
        "test_it.py",
        """
        import pytest
        from pytest_argot import argot_cassette

        @pytest.mark.argot_cassette("haiku")
        def test_mark(completion):
            assert completion.id == "cmpl-1"

        @argot_cassette("haiku")
        def test_import(completion):
            assert completion.id == "cmpl-1"

        def test_plain():
            pass
        """,
    )
    plain_house.run("-m", "argot_cassette", "--strict-markers").assert_outcomes(
        passed=2, deselected=1
    )
    plain_house.run("--markers").stdout.fnmatch_lines(["@pytest.mark.argot_cassette(?names, *"])


def test_warnings_are_filtered_by_class(house: House) -> None:
    """DriftWarning and UnplayedWarning can be silenced or made errors by class, in any way."""
    unasked = interaction(BODY, prompt="unasked")
    both = [replace(each, tests=()) for each in (interaction(finished("eos")), unasked)]
    write(house.cassettes / "haiku.yaml", *both)
    house.write(
        "test_it.py",
        """
        import httpx, pytest
        from pytest_argot import argot_cassette

        pytestmark = argot_cassette("haiku", levels={"enum.unknown": "warn"})

        def ask():
            body = {"model": "gpt-3.5-turbo-instruct", "prompt": "a haiku"}
            httpx.post("https://api.openai.com/v1/completions", json=body)

        def test_warned():
            ask()

        @pytest.mark.filterwarnings("ignore::pytest_argot.ArgotWarning")
        def test_silenced():
            ask()

        @pytest.mark.filterwarnings("error::pytest_argot.UnplayedWarning")
        def test_unplayed():
            ask()
        """,
    )
    result = house.run()
    result.assert_outcomes(passed=2, failed=1, warnings=2)
    result.stdout.fnmatch_lines(["FAILED *::test_unplayed - *UnplayedWarning: *"])
    result.stdout.fnmatch_lines_random(["*DriftWarning: enum.unknown*", "*UnplayedWarning: *"])


def test_one_word_everywhere(plain_house: House) -> None:
    """pytest-argot installs the module pytest_argot, the plugin and the script argot, and flags."""
    assert {each.name for each in entry_points(group="pytest11", module="pytest_argot.plugin")} == {
        "argot"
    }
    (script,) = entry_points(group="console_scripts", name="argot")
    assert script.dist is not None
    assert script.dist.name == "pytest-argot"
    needed = " ".join(distribution("pytest-argot").requires or ())
    for lowest in ("pytest>=8.4", "vcrpy>=9.4.2", "pydantic>=2.12"):
        assert lowest in needed
    assert distribution("pytest-argot").metadata["Requires-Python"] == ">=3.11"
    told = plain_house.run("--help").stdout.str()
    flags = {*scalar_flags(), "disable", "config"}
    assert {f"--argot-{flag.replace('_', '-')}" for flag in flags} <= set(
        re.findall("--argot-[a-z-]+", told)
    )

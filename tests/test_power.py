"""Fuzzing finds the bugs that public reports are full of, and accuses no correct program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.power.pairs import INNOCENTS, PAIRS
from tests.power.run import Case, Outcome, measured
from tests.power.symptom import shows
from tests.power.table import aligned, complaints, markdown, rows

if TYPE_CHECKING:
    from tests.power.table import Row

FAILURE = "E   AttributeError: 'NoneType' object has no attribute 'total_tokens'"


@pytest.fixture(scope="module")
def table() -> list[Row]:
    """The power table, measured once: it takes most of a minute."""
    return rows(measured())


def outcome(*failing: str, missing: str = "") -> Outcome:
    """Make an outcome in which every bug was found, as if by hand, and these functions fail."""
    made = Outcome()
    functions = [f"{name}_{role}" for name in PAIRS for role in ("bug", "twin")]
    for function in (*functions, *(f"{name}_program" for name in INNOCENTS)):
        name = function.removesuffix("_bug")
        made.cases.append(Case(function, "recorded", "passed", ""))
        if function in failing:
            made.cases.append(Case(function, "usage=absent", "failure", FAILURE))
        elif name in PAIRS and name != missing:
            told = f"E   {PAIRS[name].symptom[0]}"
            made.cases.append(Case(function, "usage=absent", "failure", told))
    return made


def test_every_bug_is_found_and_nobody_else_accused(table: list[Row]) -> None:
    """Each consumer's bug is found without a limit, and no twin and no innocent fails."""
    print(aligned(table))
    assert complaints(table) == []


def test_most_bugs_are_found_within_the_limit(table: list[Row]) -> None:
    """The limit of 24 variants leaves few bugs to ``--argot-fuzz=full``."""
    bugs = [row for row in table if row.full is not None]
    assert sum(bool(row.default) for row in bugs) >= 0.8 * len(bugs)


def test_every_bug_is_taken_from_a_public_report() -> None:
    """At least thirty consumers, each with the report it was taken from."""
    assert len(PAIRS) >= 30
    assert [name for name, pair in PAIRS.items() if not pair.sources] == []


def test_the_table_is_content_with_a_perfect_outcome() -> None:
    """Every bug found and nobody accused leaves nothing to complain of."""
    table = rows(outcome())
    assert complaints(table) == []
    assert len(aligned(table).splitlines()) == len(PAIRS) + len(INNOCENTS) + 3
    assert markdown(table).count("\n| ") == len(PAIRS)


def test_the_table_tells_what_was_missed() -> None:
    """A bug that no variant showed is a miss; so is one that failed for another reason."""
    told = complaints(rows(outcome(missing="usage_absent")))
    assert told == ["usage_absent: the bug was missed"]
    told = complaints(rows(outcome("zero_tokens_bug")))
    assert told == ["zero_tokens: the bug was missed"]


def test_the_table_tells_who_was_accused() -> None:
    """A twin or an innocent that failed is named with the variant and the reason."""
    told = complaints(rows(outcome("usage_absent_twin", "patient_program")))
    assert [line.split(":")[0] for line in told] == ["usage_absent", "patient"]
    assert all("accused by usage=absent" in line for line in told)


def test_a_symptom_is_what_was_raised() -> None:
    """An exception counts where it was raised, not where its name is mentioned."""
    assert shows(("AttributeError",), FAILURE)
    assert shows(("JSONDecodeError",), "E   json.decoder.JSONDecodeError: Expecting value")
    assert not shows(("KeyError",), "E   ValueError: KeyError was expected")
    assert shows(("without an end",), "it is asked for again and again, without an end")

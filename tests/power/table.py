"""The power table: which bugs were found, by which variant, and who was accused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.power.pairs import INNOCENTS, PAIRS
from tests.power.symptom import shows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.power.run import Case, Outcome

HEADINGS = ("consumer", "families", "limit", "full", "found by", "accused", "variants")


@dataclass(frozen=True)
class Row:
    """One pair, or one innocent.

    ``default`` and ``full`` say whether the bug was found, within the limit and without one;
    ``plain`` whether all goes well on the recorded answer.
    """

    name: str
    families: tuple[str, ...]
    default: bool | None
    full: bool | None
    finder: str
    accused: tuple[Case, ...]
    variants: int
    diverged: int
    plain: bool


def rows(outcome: Outcome) -> list[Row]:
    """Judge every pair and every innocent."""
    return [
        *(_pair_row(name, outcome) for name in PAIRS),
        *(_innocent_row(name, outcome) for name in INNOCENTS),
    ]


def _pair_row(name: str, outcome: Outcome) -> Row:
    bug, twin = (_of(f"{name}_{role}", outcome) for role in ("bug", "twin"))
    symptom = PAIRS[name].symptom
    found = [
        case.variant for case in bug if case.outcome == "failure" and shows(symptom, case.told)
    ]
    within = outcome.within.get(f"{name}_bug", [])
    early = [variant for variant in within if variant in found]
    return _row(
        name,
        PAIRS[name].families,
        twin,
        default=bool(early),
        full=bool(found),
        finder=next(iter(early or found), ""),
        plain=_passes_as_recorded(bug) and _passes_as_recorded(twin),
    )


def _innocent_row(name: str, outcome: Outcome) -> Row:
    program = _of(f"{name}_program", outcome)
    return _row(name, INNOCENTS[name].families, program, plain=_passes_as_recorded(program))


def _passes_as_recorded(cases: Sequence[Case]) -> bool:
    return any(case.variant == "recorded" and case.outcome == "passed" for case in cases)


def _row(
    name: str,
    families: tuple[str, ...],
    innocent: Sequence[Case],
    *,
    plain: bool,
    default: bool | None = None,
    full: bool | None = None,
    finder: str = "",
) -> Row:
    outcomes = Counter(case.outcome for case in innocent)
    accused = tuple(case for case in innocent if case.outcome in {"failure", "error"})
    return Row(
        name=name,
        families=families,
        default=default,
        full=full,
        finder=finder,
        accused=accused,
        variants=len(innocent),
        diverged=outcomes["skipped"],
        plain=plain,
    )


def _of(function: str, outcome: Outcome) -> list[Case]:
    return [case for case in outcome.cases if case.function == function]


def aligned(table: Sequence[Row]) -> str:
    """Render for a terminal."""
    lines = [HEADINGS, *map(_cells, table)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    return "\n".join([*padded, "", _sum(table)])


def markdown(table: Sequence[Row]) -> str:
    """Render the bugs as Markdown, each told in a sentence."""
    lines = [
        "| bug | taken from | families | found by | within the limit |",
        "|---|---|---|---|---|",
        *(f"| {' | '.join(_told(row))} |" for row in table if row.full is not None),
    ]
    return "\n".join([*lines, "", _sum(table)])


def _told(row: Row) -> tuple[str, ...]:
    pair = PAIRS[row.name]
    finder = f"`{row.finder}`" if row.finder else "missed"
    story = pair.story.removesuffix(".").replace("``", "`")
    families = " ".join(f"`{family}`" for family in row.families)
    return (story, pair.sources[0], families, finder, "yes" if row.default else "no")


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        " ".join(row.families),
        _word(row.default),
        _word(row.full),
        row.finder,
        f"by {len(row.accused)}" if row.accused else "no",
        f"{row.variants}" + (f" ({row.diverged} diverged)" if row.diverged else ""),
    )


def _word(found: bool | None) -> str:  # noqa: FBT001 - a cell
    return "" if found is None else "found" if found else "missed"


def _sum(table: Sequence[Row]) -> str:
    bugs = [row for row in table if row.full is not None]
    return (
        f"{len(bugs)} bugs: {sum(bool(row.default) for row in bugs)} found within the limit, "
        f"{sum(bool(row.full) for row in bugs)} without one; of {len(table)} correct programs "
        f"{sum(bool(row.accused) for row in table)} accused, in {sum(row.variants for row in table)}"
        " runs"
    )


def complaints(table: Sequence[Row]) -> list[str]:
    """List what must not be: missed bugs, accused twins."""
    lines = []
    for row in table:
        if row.full is False:
            lines.append(f"{row.name}: the bug was missed")
        lines += [f"{row.name}: accused by {case.variant}: {_first(case)}" for case in row.accused]
        if not row.variants:
            lines.append(f"{row.name}: nothing was run")
        if not row.plain:
            lines.append(f"{row.name}: fails on the recorded answer already")
    return lines


def _first(case: Case) -> str:
    return case.told.strip().split("\n", 1)[0][:160]

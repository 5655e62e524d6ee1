"""``argot show``: a cassette as a person wants to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pytest_argot.report.check_text import print_drifts
from pytest_argot.report.drifts import group
from pytest_argot.report.exchange import Exchange, exchange
from pytest_argot.report.wording import clipped, count, nearby, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from pytest_argot.cassette.cassette import Cassette
    from pytest_argot.drift.finding import Finding

PROMPT_LIMIT = 240
TEXT_LIMIT = 1200


def print_cassette(
    cassette: Cassette, findings: Sequence[Finding], console: Console, *, full: bool = False
) -> None:
    """Print every interaction and the drift found; ``full`` prints prompts and texts uncut."""
    recorded = f", recorded {cassette.recorded_at}" if cassette.recorded_at else ""
    number = count(len(cassette.interactions), "interaction")
    console.print(Text(f"{nearby(cassette.path)}: {number}{printable(recorded)}", "bold"))
    for index, interaction in enumerate(cassette.interactions):
        told = exchange(interaction)
        console.print()
        console.print(Text(printable(f"#{index}  {told.method} {told.url}"), "cyan"))
        console.print(Padding(_grid(told, full=full), (0, 0, 0, 2)))
    console.print()
    _print_drift(findings, console)


def _print_drift(findings: Sequence[Finding], console: Console) -> None:
    drifts = [drift for drift in group(findings) if not drift.accepted]
    if drifts:
        print_drifts(drifts, console)
    else:
        console.print(Text("no drift", "green"))
    if accepted := sum(finding.accepted for finding in findings):
        console.print(Text(f"{count(accepted, 'finding')} accepted", "dim"))


def _grid(told: Exchange, *, full: bool) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for label, value in _rows(told, full=full):
        if value:
            grid.add_row(label, Text(value))
    return grid


def _rows(told: Exchange, *, full: bool) -> Iterator[tuple[str, str]]:
    yield "status", clipped(told.status)
    yield "LLM model", clipped(told.llm_model)
    yield "streamed", "no" if told.events is None else f"yes, {count(told.events, 'event')}"
    yield "prompt", printable(told.prompt) if full else clipped(told.prompt, PROMPT_LIMIT)
    for number, text in enumerate(told.texts):
        label = "text" if len(told.texts) == 1 else f"text {number}"
        yield label, printable(text) if full else _shortened(printable(text))
    yield "finish", clipped(", ".join(told.finish_reasons))
    yield "usage", clipped(", ".join(f"{name} {value}" for name, value in told.usage))
    yield "recorded", clipped(told.recorded_at)
    yield "tests", printable(", ".join(told.tests))


def _shortened(text: str) -> str:
    rest = len(text) - TEXT_LIMIT
    return text if rest <= 0 else f"{text[:TEXT_LIMIT]}… ({count(rest, 'more character')})"

"""Recordings other projects made, read from a folder of the developer's; none of them is here.

``ARGOT_WIRE_CORPUS`` names a folder of cassettes, vcrpy's above all, others among them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from pytest_argot.cassette.emitter import dump
from pytest_argot.cassette.reader import load
from pytest_argot.cassette.stored import stored
from pytest_argot.drift.finding import Level
from pytest_argot.drift.judge import judge
from pytest_argot.drift.levels import Levels
from pytest_argot.drift.parse import chunks, parse
from pytest_argot.drift.routes import Routes
from pytest_argot.errors import CassetteCorrupt, SchemaDrift
from pytest_argot.settings import Settings
from pytest_argot.wire.masking import Masker

if TYPE_CHECKING:
    from pytest_argot.cassette.cassette import Cassette
    from pytest_argot.drift.finding import Finding

CORPUS = os.environ.get("ARGOT_WIRE_CORPUS", "")
KINDS = {".har", ".json", ".yaml", ".yml"}
NOT_GIVEN = pytest.mark.skip(reason="ARGOT_WIRE_CORPUS names no folder of recordings")
MASKER = Masker()

KNOWN = {
    # A few of its non-streamed answers.
    ("null.unexpected", "choices[*].finish_reason", "null"),
    # One stream of 2023.
    ("http.content_type", "", "application/json"),
}
"""What OpenAI's API really sent and no default model allows: kind, path and actual value."""


def recordings() -> list[object]:
    """List the recordings, or one that is skipped where there are none."""
    root = Path(CORPUS)
    files = sorted(each for each in root.rglob("*") if each.suffix in KINDS) if CORPUS else []
    named = [pytest.param(each, id=each.relative_to(root).as_posix()) for each in files]
    return [*named] or [pytest.param(None, marks=NOT_GIVEN, id="none")]


def loaded(file: Path) -> Cassette | CassetteCorrupt:
    """Read a recording; give the error for one that is refused."""
    try:
        return load(file, MASKER)
    except CassetteCorrupt as error:
        return error


def is_openai_completion(cassette: Cassette, index: int) -> bool:
    """Tell whether an interaction is one with OpenAI's own completions endpoint."""
    url = urlsplit(cassette.interactions[index].request.url)
    path = url.path.rstrip("/")
    return (
        url.hostname == "api.openai.com"
        and path.endswith("/completions")
        and not path.endswith("/chat/completions")
    )


def is_known(finding: Finding) -> bool:
    """Tell whether a finding is a real deviation of the API that is known."""
    return (finding.kind, finding.path, finding.actual) in KNOWN


@pytest.mark.parametrize("file", recordings())
def test_loads_and_is_judged_or_says_why_not(file: Path, tmp_path: Path) -> None:
    """Every recording loads, is judged, parsed and written, or is CassetteCorrupt saying why."""
    cassette = loaded(file)
    if isinstance(cassette, CassetteCorrupt):
        assert all((cassette.what, cassette.where, cassette.fix))
        return
    routes = Routes.build(Settings(root=tmp_path))
    verdict = judge(cassette, routes, Levels())
    assert verdict.judged + verdict.unmodelled == len(cassette.interactions)
    for interaction in cassette.interactions:
        route = routes.find(interaction.request)
        with suppress(SchemaDrift):  # a page of HTML, say, where a completion should be
            parse(interaction, route)
        chunks(interaction, route)
    for finding in verdict.findings:
        if any(is_openai_completion(cassette, index) for index in finding.interactions):
            assert finding.level < Level.ERROR or is_known(finding), finding
    again = tmp_path / "again.yaml"
    written = [stored(interaction) for interaction in cassette.interactions]
    again.write_text(dump(written, ""), encoding="utf-8")
    assert list(load(again, MASKER).interactions) == written

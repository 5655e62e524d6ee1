"""Variants of a cassette as a Hypothesis strategy, for tests with a ``@given`` of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_argot.cassette.naming import named
from pytest_argot.cassette.reader import load as load_cassette
from pytest_argot.drift.routes import Routes
from pytest_argot.fuzz.fuzz import Fuzz
from pytest_argot.fuzz.search import combinations, require_hypothesis
from pytest_argot.settings import find, load
from pytest_argot.wire.mask_rule import parse_rule
from pytest_argot.wire.masking import Masker

if TYPE_CHECKING:
    from collections.abc import Collection

    from hypothesis.strategies import SearchStrategy

    from pytest_argot.fuzz.search import Combination
    from pytest_argot.fuzz.variant import Variant


def variants(
    name: str, *selectors: str, families: Collection[str] = ("valid",)
) -> SearchStrategy[Variant]:
    """Give a strategy of changed responses of the cassette ``name``, one or several changes each.

    ``use_cassette(name, variant=...)`` plays one of them. The cassette is read when the first
    example is drawn, with the settings at or above the working directory: ``CassetteMissing`` and
    ``CassetteCorrupt`` come then, ``Misuse`` for selectors and families at once.
    """
    require_hypothesis()
    from hypothesis import strategies

    fuzz = Fuzz(*selectors, families=families)
    return strategies.deferred(lambda: _of(name, fuzz)).map(_whole)


def _of(name: str, fuzz: Fuzz) -> SearchStrategy[Combination]:
    here = Path.cwd()
    settings = load(find(here), here)
    masker = Masker([parse_rule(rule) for rule in settings.mask])
    cassette = load_cassette(named(settings.folder, name), masker)
    return combinations(cassette.interactions, Routes.build(settings), fuzz)


def _whole(combination: Combination) -> Variant:
    return combination.whole

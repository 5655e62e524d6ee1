"""The masks of the settings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_argot.cli.owners import settings_of
from pytest_argot.wire.mask_rule import parse_rules
from pytest_argot.wire.masking import Masker

if TYPE_CHECKING:
    from pytest_argot.cli.selection import Selected
    from pytest_argot.settings import Settings


def masker_of(settings: Settings) -> Masker:
    """Give the masker the settings ask for; ``Misuse`` for a rule that does not parse."""
    return Masker(parse_rules(settings.mask, partial(settings.where, "mask")))


def masker_for(selected: Selected) -> Masker:
    """Give the masker of one cassette: the settings', and the overrides' for its tests.

    ``Misuse`` as ``masker_of``; ``CassetteCorrupt`` as the reader says.
    """
    return masker_of(settings_of(selected))

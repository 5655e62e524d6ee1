"""The masks of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_argot.wire.mask_rule import parse_rule
from pytest_argot.wire.masking import Masker

if TYPE_CHECKING:
    from pytest_argot.settings import Settings


def masker_of(settings: Settings) -> Masker:
    """Give the masker the settings ask for; ``Misuse`` for a rule that does not parse."""
    return Masker([parse_rule(rule) for rule in settings.mask])

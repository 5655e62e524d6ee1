"""Fuzzing: variants of recorded responses, planned from the cassette and the response model.

Plain data and code that need no pytest: ``fuzz`` says what is asked for, ``planning`` gives the
variants, ``variant`` says what one of them is. ``variants`` is a Hypothesis strategy of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_argot.fuzz.strategy import variants

__all__ = ["variants"]


def __getattr__(name: str) -> Any:
    """Import the strategy on first use: it needs Hypothesis."""
    if name != "variants":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pytest_argot.fuzz.strategy import variants

    return variants

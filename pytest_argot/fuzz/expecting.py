"""What a test must or may raise under a variant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_argot.errors import Misuse
from pytest_argot.fuzz.selector import Selector

if TYPE_CHECKING:
    from pytest_argot.fuzz.fuzz import Fuzz
    from pytest_argot.fuzz.variant import Variant


def expected(fuzz: Fuzz, variant: Variant) -> tuple[type[BaseException], ...]:
    """Give the exceptions of which ``variant`` must raise one, ``()`` where it need not.

    A key of ``fuzz.expect`` is an id, or a selector with ``=`` and what the id says after it:
    ``choices[*].finish_reason=content_filter``. The first that fits counts.
    """
    return next((kinds for key, kinds in fuzz.expect.items() if describes(key, variant)), ())


def describes(key: str, variant: Variant) -> bool:
    """Tell whether a key of ``expect`` means a variant, in whichever interaction it is made."""
    name = variant.id.partition("~")[0]
    if key in {variant.id, name}:
        return True
    where, _, label = key.rpartition("=")
    if not where or not variant.changes or name.rpartition("=")[2] != label:
        return False
    try:
        return Selector.parse(where).is_at(variant.changes[0].path)
    except Misuse:
        return False

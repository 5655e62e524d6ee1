"""What stands in a test's id where a variant's own id may stand."""

from __future__ import annotations

from typing import Final

RECORDED: Final = "recorded"
SEARCH: Final = "search"


def instead_of_search(test: str, variant: str) -> str:
    """Give the node id of a test under one variant, from that of its search."""
    before, _, behind = test.rpartition(SEARCH)
    return before + variant + behind

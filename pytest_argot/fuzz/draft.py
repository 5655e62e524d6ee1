"""A variant that is thought of and not yet made: its answer costs time, and is often not wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_argot.fuzz.variant import END

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_argot.cassette.interaction import Response
    from pytest_argot.fuzz.change import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a variant will be; see ``Variant`` for ``path old new then event changes``.

    ``name``: its id but for the interaction's number. ``answers`` makes the answers. ``valid``:
    where it is known without judging.
    """

    name: str
    answers: Callable[[], tuple[Response, ...]]
    path: str = ""
    old: str = "as recorded"
    new: str = ""
    then: str = END
    event: int | None = None
    changes: tuple[Change, ...] = ()
    valid: bool | None = None

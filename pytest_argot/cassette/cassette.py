"""A cassette in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.cassette.lifting import Lifted
    from pytest_argot.cassette.lines import Lines
    from pytest_argot.wire.json_path import Path as JsonPath


@dataclass(frozen=True)
class Cassette:
    """What a file holds: its ``interactions`` in recording order.

    ``recorded_at`` is the time of the newest interaction (RFC 3339, UTC; ``""`` unknown),
    ``ours`` whether pytest-argot wrote it, ``text`` the file with LF line ends (``""`` for one
    that is yet to be written), ``lifted`` the large bodies that are not in this text,
    ``rejected`` why it was kept beside the cassette instead of in it (``""``: it was not),
    ``blanked`` whether secrets in it were blanked then.
    """

    path: Path
    interactions: tuple[Interaction, ...]
    recorded_at: str = ""
    ours: bool = False
    text: str = field(default="", repr=False, compare=False)
    rejected: str = ""
    blanked: bool = False
    lifted: tuple[Lifted, ...] = field(default=(), repr=False, compare=False)

    def line(
        self,
        index: int,
        where: Literal["request", "response"] = "response",
        path: JsonPath = (),
        event: int | None = None,
    ) -> int:
        """Give the 1-based line of the file on which a value of a body stands.

        ``index`` counts interactions from 0, ``path`` leads to the value in the JSON body, or in
        the data of the ``event``-th server-sent event. What is not there (a missing field, a
        body that is not JSON) gives the nearest thing that is: the object around it, the body,
        the interaction. Computed on the first call; loading does not pay for it.
        """
        return self._lines.find(index, where, path, event)

    @cached_property
    def _lines(self) -> Lines:
        from pytest_argot.cassette.lifting import outline
        from pytest_argot.cassette.lines import Lines

        if self.text or not self.interactions:
            return Lines(self.text, self.lifted)
        return Lines(*outline(self.interactions, self.recorded_at))

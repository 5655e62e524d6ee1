"""The documents of a response that some changes touched."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pytest_argot.fuzz.event_stream import as_json

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Revision:
    """Changed documents by the event they stand in (see ``Subject.documents``).

    ``escaped``: they are written in ASCII, like the recorded ones.
    """

    documents: Mapping[int, Any]
    escaped: bool = False

    @cached_property
    def data(self) -> Mapping[int, bytes]:
        """The same, written; once, for judging and for answering."""
        return {
            event: as_json(document, escaped=self.escaped)
            for event, document in self.documents.items()
        }

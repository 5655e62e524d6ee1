"""One changed response: ``Variant``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_argot.cassette.interaction import Response
    from pytest_argot.fuzz.change import Change

RECORDED: Final = "recorded"
FOREVER: Final = "forever"
END: Final = "end"

_WHOLE: Final = {"observed": "the answer", "stream": "the stream", "http": "the answer"}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Variant:
    """A recorded response with something about it changed.

    ``id``: short ASCII (``[A-Za-z0-9_.,=+~-]``), unique in its plan, the same in every run.
    ``path``: the value that was changed, ``choices[0].finish_reason``; ``""`` for the whole
    response. ``old`` and ``new``: JSON of at most 200 characters, or ``absent``, or words where
    the whole response is concerned. ``valid``: whether the response model still allows the
    answer, extra fields included; never for an error status or a failed exchange.

    ``interaction``: the index of the interaction it was made of. ``make`` makes ``answers``: what
    a client gets that asks for it, in this order; ``then`` says what equal requests get afterwards:
    nothing more of its own (``"end"``), the ``"recorded"`` answer, or the last one ``"forever"``.
    ``event``: the index of the one event of a stream that was changed. ``changes``: the edits of
    JSON, for ``combining.combined``. ``parts``: the variants that a combination was made of.
    """

    id: str
    family: str
    path: str
    old: str
    new: str
    valid: bool
    interaction: int
    make: Callable[[], tuple[Response, ...]] = field(compare=False)
    then: str
    event: int | None = None
    changes: tuple[Change, ...] = ()
    parts: tuple[Variant, ...] = ()

    @property
    def answers(self) -> tuple[Response, ...]:
        """What a client gets; made anew each time, for a plan of thousands holds no bodies."""
        return self.make()

    @property
    def changed(self) -> str:
        """What was changed, in one line for people."""
        told = "; ".join(each.told for each in self.parts or (self,))
        if self.family == "http":
            return told
        verdict = "valid: the model allows it" if self.valid else "invalid: the model forbids it"
        return f"{told}  ({verdict})"

    @property
    def told(self) -> str:
        """What was changed, without a word about validity."""
        return f"{self.path or _WHOLE.get(self.family, 'the body')}: {self.old} → {self.new}"

    def __repr__(self) -> str:
        return f"<Variant {self.id}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - IPython's protocol
        """Print it in one line where Hypothesis shows an example: bodies may be huge."""
        del cycle
        printer.text(self.changed)

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON data: ``id family path old new valid``."""
        names = ("id", "family", "path", "old", "new", "valid")
        return {name: getattr(self, name) for name in names}

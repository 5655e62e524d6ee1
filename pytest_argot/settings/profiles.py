"""Named sets of levels: how strict to be, said in one word instead of thirty."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Profile:
    """What a word stands for: the lowest level that fails, and the levels of some kinds."""

    fail_on: str = "error"
    levels: Mapping[str, str] = field(default_factory=dict[str, str])


PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        # What a reader that coerces, and a program that knows a default branch, gets over.
        "lax": Profile(
            levels=MappingProxyType(
                {
                    "type.coercible": "warn",
                    "enum.unknown": "warn",
                    "http.content_type": "warn",
                    "constraint.*": "info",
                    "stream.no_done": "info",
                    "stream.id_changed": "info",
                    "stream.text_after_finish": "info",
                }
            )
        ),
        "default": Profile(),
        # Whatever the response model does not say.
        "strict": Profile(
            fail_on="warn",
            levels=MappingProxyType({"field.added": "warn", "null.optional": "warn"}),
        ),
    }
)

"""Lists with fewer, more, other and moved items."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pytest_argot.drift.json_types import is_array, is_object
from pytest_argot.fuzz.edit import Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_argot.fuzz.field import Field

_TEXTS: Final = ("text", "content")

_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "empty": "an empty list",
        "one-more": "the same and one more",
        "reversed": "the same, the last first",
    }
)


def list_edits(field: Field) -> Iterator[Edit]:
    """Give the changes of a list as a whole; in a stream each is made in every event."""
    if not is_array(field.value):
        return
    outer = field.depth <= 1
    plan: list[tuple[str, Callable[[Any], Any], int]] = [("empty", _empty, 3 if outer else 8)]
    if len(field.value) > 1:
        plan += [("reversed", _reversed, 2 if outer else 6)]
    if field.value:
        weight = 0 if len(field.value) > 1 else 6
        plan += [("one-more", one_more, weight if outer else weight + 4)]
    for label, make, weight in plan:
        new = make(field.value)
        if new != field.value:
            everywhere = make if outer and label != "empty" else None
            yield Edit(
                path=field.path,
                label=label,
                new=new,
                weight=weight,
                everywhere=everywhere,
                words=_WORDS[label],
            )


def _empty(_items: Any) -> list[Any]:
    return []


def one_more(items: Any) -> list[Any]:
    """Add a copy of the last item: with the next ``index``, and a text of its own."""
    if not is_array(items) or not items:
        return list(items)
    return [*items, _another(items[-1])]


def _reversed(items: Any) -> list[Any]:
    """Turn a list round; each item keeps its ``index``."""
    return list(items[::-1])


def _another(item: Any) -> Any:
    if not is_object(item):
        return item
    made = dict(item)
    if type(made.get("index")) is int:
        made["index"] += 1
    for key in _TEXTS:
        if isinstance(made.get(key), str) and made[key]:
            made[key] += " (another)"
    message = made.get("message")
    return made | {"message": _another(message)} if is_object(message) else made

"""The family ``valid``: what the model allows and a recording rarely shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_argot.drift.json_types import is_array, is_object, json_type
from pytest_argot.fuzz.change import ABSENT
from pytest_argot.fuzz.edit import Edit
from pytest_argot.fuzz.items import list_edits
from pytest_argot.fuzz.sample import WORD, bounds, of_shape
from pytest_argot.fuzz.sample import text as made_text
from pytest_argot.fuzz.schema import ANY, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_argot.fuzz.field import Field
    from pytest_argot.fuzz.schema import Schema

UNKNOWN: Final = "argot_unknown"
"""A key that no model knows."""

_LIKELY: Final = {"usage": 1, "finish_reason": 0, "stop_reason": 0, "logprobs": 2, "content": 3}
_LOGPROBS: Final = ("token_logprobs", "top_logprobs")
_USUAL: Final = {"finish_reason": ("stop", "length", "content_filter")}
_OFTEN_ADDED: Final = {"tool_calls": 4, "refusal": 6, "system_fingerprint": 7}
_NUMBERS: Final = (0, -1, 2**31, 2**53 + 1, 2**63)
"""Where counters, 32 bits, doubles and 64 bits end."""

_PLACE: Final = "index"
"""No quantity: a server that was asked for two texts numbers them 0 and 1."""

_SUM: Final = "total_tokens"
_LARGE: Final = (2**63, 2**31)
"""What no signed column of 64 or 32 bits holds."""


def valid_edits(schema: Schema, field: Field) -> Iterator[Edit]:
    """Give changes of a field that its model allows; whether it really does is judged later."""
    for label, new, weight in _changes(schema, field):
        yield Edit(path=field.path, label=label, new=new, weight=weight)
    yield from list_edits(field)
    if is_object(field.value) and (field.shape is None or not _is_map(field.shape)):
        weight = 5 if not field.path else 9
        yield Edit(path=(*field.path, UNKNOWN), label="added", new={"new": [1]}, weight=weight)


def likely(field: Field, otherwise: int) -> int:
    """Give the weight of a field's plain changes; deeper ones wait."""
    if field.absent and field.name in _OFTEN_ADDED:
        return _OFTEN_ADDED[field.name]
    return _LIKELY.get(field.name, otherwise + 2 * max(0, field.depth - 1))


def _changes(schema: Schema, field: Field) -> Iterator[tuple[str, Any, int]]:
    if field.is_key and not field.required and not field.absent:
        yield "absent", ABSENT, likely(field, 7)
    yield from _words(field)
    yield from _made(schema, field)
    mends = field.absent and field.required
    if field.nullable and field.value is not None and not mends:
        first = field.name in _LOGPROBS and field.path[-1] == 0
        yield "null", None, 6 if first else likely(field, 8) + (2 if field.absent else 1)
    if isinstance(field.value, bool):
        yield str(not field.value).lower(), not field.value, 12
    elif isinstance(field.value, int | float) and field.name != _PLACE:
        yield from _numbers(field.shape or Shape(ANY), field)
    elif isinstance(field.value, str) and field.shape and not field.shape.words:
        yield from _lengths(field.shape)
    elif is_object(field.value) and field.shape and _is_map(field.shape):
        yield "empty", {}, 6
        added = of_shape(schema, field.shape, full=True)
        yield "one-more", {**field.value, **added}, 11


def _is_map(shape: Shape) -> bool:
    return not shape.properties and is_object(shape.others) and bool(shape.others)


def _words(field: Field) -> Iterator[tuple[str, Any, int]]:
    """Give every other listed value, or the usual ones where the model lists none."""
    if field.absent or field.value is None:
        return
    listed = [word for shape in field.shapes for word in shape.words]
    if not listed and field.name in _USUAL and isinstance(field.value, str):
        listed = list(_USUAL[field.name])
    for word in listed:
        if word is not None and word != field.value:
            yield _named(word), word, likely(field, 6)


def _named(word: Any) -> str:
    return str(word).lower() if isinstance(word, bool) else str(word) or "empty"


def _made(schema: Schema, field: Field) -> Iterator[tuple[str, Any, int]]:
    """Give made values: of a field that is absent or null, and of other shapes than its own."""
    if field.absent and field.required:
        return  # that would mend the recording
    here = field.absent or field.value is None
    weight = likely(field, 8 if here else 12) + (1 if field.absent else 0)
    for shape in field.shapes:
        if shape.kind in {"null", "any"} or shape is field.shape or (shape.words and not here):
            continue
        name = "present" if here else _tag(shape)
        full = _filled(field, of_shape(schema, shape, full=True))
        yield name, full, weight
        sparse = _filled(field, of_shape(schema, shape, full=False))
        if sparse != full:
            yield f"{name}-sparse", sparse, weight + 4
        if is_object(full) and (nulls := _null_items(full)) != full:
            yield f"{name}-null-items", nulls, weight + 5
        if is_object(full) and (hollow := _hollow(full)) != full:
            yield f"{name}-empty", hollow, weight + 3


def _tag(shape: Shape) -> str:
    """Name one shape among several: by the constant that tells it from others, or by its type."""
    for rule in shape.properties.values():
        if is_object(rule) and isinstance(rule.get("const"), str):
            return str(rule["const"])
    title = shape.rules.get("title", "")
    return str(title) if shape.kind == "object" and title else shape.kind


def _filled(field: Field, made: Any) -> Any:
    """Make sums that are right, and log probabilities that belong to the text beside them."""
    if is_object(made) and {"prompt_tokens", "completion_tokens", "total_tokens"} <= made.keys():
        return {**made, "total_tokens": made["prompt_tokens"] + made["completion_tokens"]}
    text = field.beside.get("text") if is_object(field.beside) else None
    if not (is_object(made) and is_array(made.get("tokens")) and isinstance(text, str)):
        return made
    filled = {**made, "tokens": [text], "token_logprobs": [-0.5], "top_logprobs": [{text: -0.5}]}
    return {key: [0] if key == "text_offset" else filled[key] for key in made}


def _null_items(made: dict[str, Any]) -> dict[str, Any]:
    """Put null where a list of the object holds numbers or objects: an echoed first token."""
    return {
        key: [None] if is_array(value) and value and not isinstance(value[0], str) else value
        for key, value in made.items()
        if key != "text_offset"
    } | {key: value for key, value in made.items() if key == "text_offset"}


def _hollow(made: dict[str, Any]) -> dict[str, Any]:
    """Empty the lists of an object."""
    return {key: [] if is_array(value) else value for key, value in made.items()}


def _numbers(shape: Shape, field: Field) -> Iterator[tuple[str, Any, int]]:
    lowest, highest = bounds(shape)
    ends = [each for each in (lowest, highest) if each is not None]
    more = () if json_type(field.value) == "integer" else (0.5,)
    first = _LARGE if field.name == _SUM else ()
    for order, number in enumerate(dict.fromkeys((*first, *ends, *_NUMBERS, *more))):
        inside = (lowest is None or number >= lowest) and (highest is None or number <= highest)
        if inside and number != field.value and not shape.words:
            yield str(number), number, _likely_number(field, number, order)


def _likely_number(field: Field, number: float, order: int) -> int:
    """Give the weight of a number: no tokens and a sum too large for its column come early."""
    if field.name == _SUM and number in _LARGE:
        return 6 + order
    none_used = number == 0 and field.name.endswith("_tokens")
    return (12 if none_used else 20) + order + 2 * max(0, field.depth - 1)


def _lengths(shape: Shape) -> Iterator[tuple[str, Any, int]]:
    """Give the shortest and the longest text, and another of the same format or pattern."""
    rules = shape.rules
    if "pattern" in rules or "format" in rules:
        yield "other", made_text(shape), 14
    for name in ("minLength", "maxLength"):
        if name in rules and "pattern" not in rules and "format" not in rules:
            length = rules[name]
            yield f"{length}-characters", (WORD * (length // len(WORD) + 1))[:length], 15

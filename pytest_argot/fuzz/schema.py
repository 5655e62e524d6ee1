"""What a response model allows, read from its JSON schema: shapes of values."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import GenerateJsonSchema

from pytest_argot.drift.json_types import as_array, as_object, is_array, is_object, json_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import TypeAdapter

    from pytest_argot.drift.response_model import ResponseModel

ANY: Final = "any"
_REF: Final = "#/$defs/"
_DEEPEST: Final = 16


@dataclass(frozen=True, slots=True)
class Shape:
    """One way a value may look.

    ``kind``: a JSON type, or ``any``. ``words``: the only values allowed, where they are listed.
    ``properties`` and ``required`` of an object, ``others`` for the values of further keys;
    ``item`` for the items of an array, ``first`` for those with a place of their own.
    ``rules``: the schema itself, for bounds and formats.
    """

    kind: str
    words: tuple[Any, ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict[str, Any])
    required: frozenset[str] = frozenset()
    others: Any = None
    item: Any = None
    first: tuple[Any, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def takes(self, value: Any) -> bool:
        """Tell whether a value looks like this, as far as its type and listed values go."""
        if self.words:
            return any(type(each) is type(value) and each == value for each in self.words)
        kind = json_type(value)
        return self.kind in {ANY, kind} or (self.kind == "number" and kind == "integer")


class Schema:
    """The JSON schema of a response model."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self._named: Mapping[str, Any] = root.get("$defs", {})
        self._shapes: dict[int, tuple[Shape, ...]] = {}

    def shapes(self, node: Any) -> tuple[Shape, ...]:
        """Give every way a value of a (sub)schema may look, simple ones as they are declared."""
        found = self._shapes.get(id(node))
        if found is None:
            found = self._shapes[id(node)] = tuple(self._branches(node, 0))
        return found

    def shape(self, node: Any, value: Any) -> Shape | None:
        """Give the shape a value has; of several the one that knows most of its keys."""
        fitting = [each for each in self.shapes(node) if each.takes(value)]
        if is_object(value) and len(fitting) > 1:
            return max(fitting, key=lambda each: self._likeness(each, value))
        return fitting[0] if fitting else None

    def _likeness(self, shape: Shape, value: Mapping[str, Any]) -> tuple[int, int, int]:
        """Say how well an object fits: by its tags, by the required keys, by the known ones."""
        known = [key for key in value if key in shape.properties]
        wrong = sum(self._contradicts(shape.properties[key], value[key]) for key in known)
        missing = len(shape.required - value.keys())
        return (-wrong, -missing, len(known))

    def _contradicts(self, node: Any, value: Any) -> bool:
        return not any(each.takes(value) for each in self.shapes(node))

    def _branches(self, node: Any, depth: int) -> Iterator[Shape]:
        if depth > _DEEPEST:
            return
        node = self._resolved(node)
        for key in ("anyOf", "oneOf"):
            if is_array(node.get(key)):
                for branch in node[key]:
                    yield from self._branches(branch, depth + 1)
                return
        kinds = node.get("type")
        for kind in kinds if is_array(kinds) else [kinds]:
            yield _shape(node, kind)

    def _resolved(self, node: Any) -> dict[str, Any]:
        """Follow references; keys beside one, and the parts of ``allOf``, are added."""
        found = dict(as_object(node))
        for _ in range(_DEEPEST):
            reference = found.pop("$ref", None)
            parts = [{"$ref": reference}] if reference else as_array(found.pop("allOf", None))
            if not parts:
                break
            for part in parts:
                name = as_object(part).get("$ref", "")
                inner = self._named.get(name.removeprefix(_REF)) if name else part
                found = {**as_object(inner), **found}
        return found


def _shape(node: Mapping[str, Any], kind: Any) -> Shape:
    words = (node["const"],) if "const" in node else tuple(as_array(node.get("enum")))
    if kind is None and words:
        kind = json_type(words[0])
    others = node.get("additionalProperties")
    return Shape(
        kind=kind if isinstance(kind, str) else ANY,
        words=words,
        properties=as_object(node.get("properties")),
        required=frozenset(as_array(node.get("required"))),
        others={} if others is True else others if is_object(others) else None,
        item=node.get("items"),
        first=tuple(as_array(node.get("prefixItems"))),
        rules=node,
    )


class _Quiet(GenerateJsonSchema):
    """Takes a model as it is: what a schema cannot say is left out without a warning."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - pydantic's


@lru_cache(maxsize=64)
def _schemas(adapter: TypeAdapter[Any], *, by_alias_first: bool) -> tuple[Schema, ...]:
    """Give the schema with the aliases of fields as keys, and the one with their names."""
    found: list[Schema] = []
    for by_alias in (by_alias_first, not by_alias_first):
        try:
            root = adapter.json_schema(
                by_alias=by_alias, schema_generator=_Quiet, mode="validation"
            )
        except Exception:  # noqa: BLE001 - a type that JSON schema cannot express: anything goes
            root = {}
        if all(root != each.root for each in found):
            found.append(Schema(root))
    return tuple(found)


def schema_of(model: ResponseModel, document: Any) -> Schema:
    """Give the schema of a model, with the keys that a document of it uses.

    Pydantic reads a field by its name, by its alias or by both, model by model; which of the two
    schemas is meant shows in the keys that are there, else in the model's configuration.
    """
    config: Mapping[str, Any] = getattr(model.type, "model_config", {})
    first = bool(config.get("validate_by_alias", True))
    schemas = _schemas(model.adapter, by_alias_first=first)
    if len(schemas) == 1:
        return schemas[0]
    return max(schemas, key=lambda each: _known_keys(each, each.root, document, 0))


def _known_keys(schema: Schema, node: Any, document: Any, depth: int) -> int:
    """Count the keys of a document that a schema knows."""
    shape = schema.shape(node, document) if depth < _DEEPEST else None
    if shape is None:
        return 0
    if is_array(document):
        return sum(_known_keys(schema, shape.item, each, depth + 1) for each in document[:2])
    return sum(
        1 + _known_keys(schema, shape.properties[key], value, depth + 1)
        for key, value in as_object(document).items()
        if key in shape.properties
    )

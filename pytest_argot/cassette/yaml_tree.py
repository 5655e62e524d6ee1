"""YAML as a plain tree, and as the Python values it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

STANDARD: Final = "tag:yaml.org,2002:"
"""What the tags of YAML's own types begin with."""
_LONGEST_NUMBER: Final = 1000  # Python refuses to print longer ones, and needs quadratic time


class Plain(str):
    """An unquoted scalar, as it is spelled; ``native`` gives the value YAML sees in it."""

    __slots__ = ()


class Mapping(dict[str, "Tree"]):
    """A mapping, the 1-based line it starts on, and a key that is there twice (``""``: none)."""

    line: int = 0
    twice: str = ""


class Sequence(list["Tree"]):
    """A sequence and the 1-based line it starts on."""

    line: int = 0


Tree: TypeAlias = "Mapping | Sequence | str | bytes | None"
"""Quoted scalars are ``str``, unquoted ones ``Plain``, ``!!binary`` is ``bytes``."""


def native(tree: Tree) -> Any:
    """Give the tree as Python values: numbers and booleans as YAML 1.1 understands them."""
    if isinstance(tree, dict):
        return {key: native(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [native(value) for value in tree]
    return _resolved(tree) if isinstance(tree, Plain) else tree


def _resolved(value: Plain) -> Any:
    if len(value) > _LONGEST_NUMBER:
        return str(value)
    if value.isascii() and value.isdecimal() and value[0] != "0":  # most values of a stream
        return int(value)
    node = yaml.ScalarNode(yaml.SafeLoader.DEFAULT_SCALAR_TAG, str(value))
    for tag, pattern in yaml.SafeLoader.yaml_implicit_resolvers.get(value[:1], ()):
        convert = _CONVERTERS.get(tag)
        if convert is not None and pattern.match(value):
            try:
                return convert(yaml.constructor.SafeConstructor(), node)
            except (ValueError, OverflowError):
                break
    return str(value)


_CONVERTERS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    STANDARD + "int": yaml.constructor.SafeConstructor.construct_yaml_int,
    STANDARD + "float": yaml.constructor.SafeConstructor.construct_yaml_float,
    STANDARD + "bool": yaml.constructor.SafeConstructor.construct_yaml_bool,
}

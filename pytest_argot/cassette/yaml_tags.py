"""The few tags a cassette may hold, and what each stands for.

PyYAML's constructors import and call what a tag names; here a tag is either one of a few harmless
ones or refused.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from pytest_argot.cassette.corruption import FlawError
from pytest_argot.cassette.yaml_tree import STANDARD, Plain

if TYPE_CHECKING:
    from pytest_argot.cassette.yaml_tree import Mapping, Sequence, Tree

_PYTHON: Final = STANDARD + "python/"
_TEXT_TAGS: Final = frozenset({STANDARD + "str", _PYTHON + "str", _PYTHON + "unicode", "!"})
_BINARY_TAGS: Final = frozenset({STANDARD + "binary", "!binary"})
_PLAIN_TAGS: Final = frozenset(STANDARD + name for name in ("int", "float", "bool", "timestamp"))
_PLAIN_CONTAINERS: Final = frozenset(
    {
        None,
        "!",
        *(STANDARD + name for name in ("map", "seq")),
        *(_PYTHON + name for name in ("tuple", "list", "dict")),
    }
)


def tagged_scalar(tag: str, value: str, line: int) -> Tree:
    """Give what a tag makes of a scalar; ``FlawError`` for a tag no cassette needs."""
    if tag in _TEXT_TAGS:
        return value
    if tag in _BINARY_TAGS:
        try:
            return base64.b64decode("".join(value.split()), validate=True)
        except ValueError as error:
            raise FlawError("a !!binary value is not base64", line) from error
    if tag == STANDARD + "null":
        return None
    if tag in _PLAIN_TAGS:
        return Plain(value)
    raise _foreign(tag, line)


def tagged_collection(tag: str | None, node: Mapping | Sequence, line: int) -> Tree:
    """Give a finished collection, or what a tag of an old recording makes of it.

    ``FlawError`` for a tag no cassette needs.
    """
    if tag in _PLAIN_CONTAINERS:
        return node
    if tag is not None and tag.startswith(_PYTHON + "object/"):
        if tag.endswith(".istr"):
            return _argument(node)
        if tag.endswith("new:_io.BytesIO"):
            return _first(node.get("state") if isinstance(node, dict) else node)
        if tag.endswith("apply:builtins.iter"):
            return _joined(_argument(node))
    raise _foreign(str(tag), line)


def _argument(node: Tree) -> Tree:
    return _first(node.get("args") if isinstance(node, dict) else node)


def _first(tree: Tree) -> Tree:
    return tree[0] if isinstance(tree, list) and tree else None


def _joined(tree: Tree) -> Tree:
    if not isinstance(tree, list):
        return tree
    return b"".join(
        part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        for part in tree
        if isinstance(part, str | bytes)
    )


def _foreign(tag: str, line: int) -> FlawError:
    name = tag.replace(STANDARD, "!!")[:80]
    return FlawError(f"the cassette has the tag {name}, which is not allowed in one", line)

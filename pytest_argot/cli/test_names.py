"""The names of the tests in a file, as far as its source tells without running it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_MAKERS: Final = frozenset({"exec", "globals", "setattr", "vars"})
"""What a module calls that may hold more names than its source tells."""

_PLAIN_BASES: Final = frozenset({"IsolatedAsyncioTestCase", "TestCase", "object"})
"""Base classes without tests."""

_ALIKE: Final = 0.5
_NAMED: Final = 5


@dataclass(slots=True)
class _Scope:
    """The names of a module or class; ``sure``: there are no others."""

    tests: set[str] = field(default_factory=set[str])
    classes: dict[str, _Scope] = field(default_factory=dict[str, "_Scope"])
    others: set[str] = field(default_factory=set[str])
    sure: bool = True


def alternatives(file: Path, names: Sequence[str]) -> list[str] | None:
    """Give the likeliest tests of a file that surely lacks one; ``None`` where it may be there.

    ``names``: classes and the function, ``["TestIt", "test_it"]``. What is imported, inherited
    from elsewhere or made while the file runs may be there. Likeliest first, at most five, as
    ``TestIt::test_it``; none in a file without tests.
    """
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    module = _Scope(sure=not any(map(_makes_names, ast.walk(tree))))
    _read(tree.body, module, module)
    if _may_hold(module, names):
        return None
    known = sorted(_all(module))
    alike = get_close_matches("::".join(names), known, n=_NAMED, cutoff=_ALIKE)
    return list(dict.fromkeys((*alike, *known)))[:_NAMED]


def _may_hold(scope: _Scope, names: Sequence[str]) -> bool:
    head, *rest = names
    if not scope.sure or head in scope.others:
        return True
    if rest:
        return head in scope.classes and _may_hold(scope.classes[head], rest)
    made_of = re.match(r"(test.*?)_\d", head)  # what decorators make of one: test_it_0_name
    return head in scope.tests or (made_of is not None and made_of[1] in scope.tests)


def _all(scope: _Scope) -> Iterator[str]:
    yield from (each for each in scope.tests if each.startswith("test"))
    for name, inner in scope.classes.items():
        yield from (f"{name}::{each}" for each in _all(inner))


def _read(body: Iterable[ast.stmt], scope: _Scope, module: _Scope) -> None:
    """Note what the statements of a module or class name."""
    for each in body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            scope.tests.add(each.name)
        elif isinstance(each, ast.ClassDef):
            scope.classes[each.name] = _class(each, module)
        elif isinstance(each, ast.Import | ast.ImportFrom):
            names = {(alias.asname or alias.name).partition(".")[0] for alias in each.names}
            scope.others |= names
            scope.sure &= "*" not in names
        else:
            scope.others |= {
                name.id
                for name in ast.walk(each)
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
            }
            for block in ("body", "orelse", "finalbody"):
                _read(getattr(each, block, ()), scope, module)
            for handler in getattr(each, "handlers", ()):
                _read(handler.body, scope, module)


def _class(node: ast.ClassDef, module: _Scope) -> _Scope:
    """Read a class with what it inherits from classes of the same file."""
    found = _Scope()
    _read(node.body, found, module)
    for base in node.bases:
        name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
        if (known := module.classes.get(name)) is not None:
            found.tests |= known.tests
            found.classes = known.classes | found.classes
            found.others |= known.others
            found.sure &= known.sure
        else:
            found.sure &= name in _PLAIN_BASES
    return found


def _makes_names(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id in _MAKERS

"""YAML text as PyYAML reads it: with libyaml where that is built in, without where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from pytest_argot.cassette.corruption import FlawError

if TYPE_CHECKING:
    from collections.abc import Iterator

_yaml: Any = yaml  # its stubs are typed in part only
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TOO_DEEP: Final = "the cassette is nested too deeply"


def events(text: str) -> Iterator[Any]:
    """Give PyYAML's parser events; ``FlawError`` with the line for text that is not YAML."""
    try:
        yield from _yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FlawError(_said(error), mark.line + 1 if mark else 1) from error
    except yaml.reader.ReaderError as error:
        raise FlawError(
            f"the cassette holds a character YAML does not allow: #x{_code(error):04x}",
            text.encode()[: error.position].count(b"\n") + 1,
        ) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise FlawError(f"the cassette is not valid YAML: {error}", 1) from error


def compose(text: str) -> Any:
    """Give PyYAML's nodes, with their marks, of a text the parser of ours has accepted before."""
    return _yaml.compose(text, Loader=_LOADER)


def _said(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or ""
    if "nesting depth" in problem:  # a bound of the library's own, since PyYAML 6.0.4
        return TOO_DEEP
    return f"the cassette is not valid YAML: {problem}"


def _code(error: Any) -> int:
    return error.character if isinstance(error.character, int) else ord(error.character)

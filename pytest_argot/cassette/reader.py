"""Reading a cassette, ours or vcrpy's, in YAML or JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

from pytest_argot.cassette import lifting
from pytest_argot.cassette.cassette import Cassette
from pytest_argot.cassette.corruption import (
    ELSEWHERE,
    FlawError,
    checked_text,
    corrupt,
    read_bytes,
    shown,
    too_large,
)
from pytest_argot.cassette.layouts import interaction_of, once
from pytest_argot.cassette.own_fields import own_fields, time_of
from pytest_argot.cassette.stored import masked, undressed
from pytest_argot.cassette.yaml_events import TOO_DEEP
from pytest_argot.cassette.yaml_parser import parse
from pytest_argot.cassette.yaml_tree import Mapping, Plain, Sequence, Tree
from pytest_argot.errors import CassetteCorrupt, CassetteMissing

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.cassette.lifting import Lifted
    from pytest_argot.wire.masking import Masker

FORMAT: Final = 1
END: Final = "..."
_ANEW: Final = "move the file away and record anew: pytest --argot-record=once"
_OTHERS: Final = {
    "http_interactions": "a Ruby VCR cassette",
    "log": "a HAR file",
    "request": "a single exchange of another tool",
}


def load(path: Path, masker: Masker) -> Cassette:
    """Read the cassette at ``path``: bodies decoded, the masks applied to everything.

    ``CassetteMissing`` when there is no file, ``CassetteCorrupt`` with file and line for every
    other reason not to trust it. Nothing else is raised for what a file may hold.
    """
    data = read_bytes(path)
    if (size := len(data)) < lifting.FROM:
        return _read(path, data, masker)
    text, lifted = lifting.lift(data)
    del data
    if lifted and not too_large(len(text)):
        try:
            return _read(path, text, masker, lifted)
        except CassetteCorrupt:
            if too_large(size):
                raise
    if reason := too_large(size):
        raise CassetteCorrupt(reason, where=shown(path), fix=ELSEWHERE)
    return _read(path, read_bytes(path), masker)


def load_if_there(path: Path, masker: Masker) -> Cassette | None:
    """Read the cassette as ``load`` does, ``None`` where there is no file."""
    try:
        return load(path, masker)
    except CassetteMissing:
        return None


def _read(path: Path, data: bytes, masker: Masker, lifted: tuple[Lifted, ...] = ()) -> Cassette:
    try:
        text = checked_text(path, data)
        if text.startswith("argot:"):
            _check_whole(text)  # first: what it was cut to may not even be YAML
        tree = _top(_tree(text))
        ours = "argot" in tree
        if ours:
            _check_whole(text)
        items = _items(tree, ours=ours)
        _restore(items, lifted)
        interactions = tuple(_loaded(item, tree.line, masker, ours=ours) for item in items)
        own = own_fields(tree.get("argot"), tree.line)
        recorded_at = time_of(own)
    except FlawError as flaw:
        raise corrupt(path, flaw) from flaw
    except RecursionError as error:
        raise corrupt(path, FlawError(TOO_DEEP, 1)) from error
    return Cassette(
        path=path,
        interactions=interactions,
        recorded_at=recorded_at,
        ours=ours,
        text=text,
        rejected=_reason(own),
        blanked=own.get("blanked") == "true",
        lifted=lifted,
    )


def _restore(items: Sequence, lifted: tuple[Lifted, ...]) -> None:
    """Put back what was lifted out of the text; ``FlawError`` when it was no body of a message."""
    bodies: dict[Tree, bytes] = {each.stub: each.body for each in lifted}
    messages = (message for item in items if isinstance(item, dict) for message in item.values())
    for message in messages if bodies else ():
        if not isinstance(message, dict):
            continue
        inner = message.get("body")
        owner, key = (inner, "string") if isinstance(inner, dict) else (message, "body")
        stub = owner.get(key)
        if isinstance(stub, str) and stub in bodies:
            owner[key] = bodies.pop(stub)
    if bodies:
        raise FlawError("a large text stands where no body is", 1)


def _tree(text: str) -> Tree:
    if text.lstrip()[:1] in {"{", "["}:
        try:
            return _from_json(
                json.loads(text, parse_int=Plain, parse_float=Plain, parse_constant=Plain)
            )
        except ValueError:
            pass  # a flow mapping is YAML too; what is neither is told by the YAML parser
    return parse(text)


def _from_json(value: object) -> Tree:
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        node = Mapping({key: _from_json(item) for key, item in members.items()})
        node.line = 1
        return node
    if isinstance(value, list):
        return Sequence(map(_from_json, cast("list[object]", value)))
    if isinstance(value, bool):
        return Plain("true" if value else "false")
    return value if value is None or isinstance(value, str) else str(value)


def _top(tree: Tree) -> Mapping:
    if isinstance(tree, Mapping):
        if "interactions" in tree or "argot" in tree:
            once(tree)
            return tree
        for key, name in _OTHERS.items():
            if key in tree:
                raise FlawError(f"this is {name}, not a vcrpy cassette", 1, _ANEW)
        raise FlawError("the cassette has no interactions", 1)
    first = tree[0] if isinstance(tree, list) and tree else None
    if isinstance(first, dict) and "request" in first:
        raise FlawError("this is a cassette of vcrpy before 1.0, which knew no versions", 1, _ANEW)
    raise FlawError("this is not a cassette: its top level is not a mapping", 1)


def _check_whole(text: str) -> None:
    """Tell a truncated file of ours by its last line, which only a whole one has."""
    if text.rstrip("\n ").endswith("\n" + END) and text.endswith("\n"):
        return
    last = text.count("\n") + (not text.endswith("\n"))
    raise FlawError(f"the cassette is truncated: its last line is not {END!r}", last)


def _items(tree: Mapping, *, ours: bool) -> Sequence:
    items = tree.get("interactions")
    if not isinstance(items, Sequence):
        found = "is empty" if items is None else "is not a list"
        raise FlawError(f"interactions {found}", tree.line)
    if ours:
        _check_own(tree, len(items))
    version = tree.get("version")
    if version is None and not ours:
        raise FlawError(
            "the cassette is truncated: vcrpy's last line, 'version: 1', is not there",
            max((item.line for item in items if isinstance(item, Mapping)), default=tree.line),
            "add that line if the file is whole; else delete it and: pytest --argot-record=once",
        )
    if version != "1":
        raise FlawError(f"a cassette of version {_short(version)}; only 1 is known", tree.line)
    return items


def _check_own(tree: Mapping, count: int) -> None:
    own = own_fields(tree.get("argot"), tree.line)
    if own.get("format") != str(FORMAT):
        raise FlawError(
            f"the cassette has format {_short(own.get('format'))}; this version reads {FORMAT}",
            own.line,
            "pip install --upgrade pytest-argot",
        )
    if own.get("interactions") != str(count):
        raise FlawError(
            f"the cassette holds {count} interactions but says"
            f" {_short(own.get('interactions'))}: truncated, or edited by hand",
            own.line,
            "after an edit on purpose correct argot.interactions; else restore the file",
        )


def _reason(own: Mapping) -> str:
    reason = own.get("rejected")
    return str(reason) if isinstance(reason, str) else ""


def _short(value: object) -> str:
    return ascii(str(value))[1:-1][:40] if isinstance(value, Plain) else ascii(value)[:40]


def _loaded(tree: Tree, line: int, masker: Masker, *, ours: bool) -> Interaction:
    interaction = interaction_of(tree, line)
    try:
        plain = undressed(interaction, sniff=not ours)
    except ValueError as error:
        where = tree.line if isinstance(tree, Mapping) else line
        raise FlawError(f"a body cannot be decoded: {error}", where) from error
    # Masking may change the length of a body that a new rule applies to.
    return undressed(masked(plain, masker))

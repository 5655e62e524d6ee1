"""From a collected test to the plan of its tape."""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_argot.errors import ArgotError, Misuse
from pytest_argot.plugin.marker import MARKER
from pytest_argot.plugin.variants import plain_nodeid, varied
from pytest_argot.settings import Options, Settings, options_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_argot.fuzz.fuzz import Fuzz
    from pytest_argot.plugin.session import Session
    from pytest_argot.tape.plan import Plan


def plan_of(item: pytest.Item, session: Session) -> Plan:
    """Work out a decorated test's plan; ``Misuse`` for a wrong option, name or setting."""
    from pytest_argot.tape.plan import Plan

    calls = [(mark.args, mark.kwargs) for mark in marks_of(item)]
    settings = session.book.of(item.path)
    options = options_of(calls, where(item))
    fuzz = _fuzz(options, item)
    if item.config.getoption("argot_pace") is not None:  # meant for this run, like the mode
        options = replace(options, pace=settings.pace)
    plan = Plan(
        paths=tuple(_paths(item, settings, options)),
        record=session.book.record_mode(options, settings),
        settings=settings,
        options=options,
        test=_from(item, settings.root),
        file=item.path,
        lenient=_is_wide(item),
        disabled=bool(item.config.getoption("argot_disable")),
        born_after=session.started,
        command=f"pytest {shlex.quote(_from(item, item.config.invocation_params.dir))}",
        unheard=session.book.unheard(options, settings),
        fuzz=fuzz,
    )
    _check(plan, session, where(item))
    _check_known(plan, session)
    return plan


def _fuzz(options: Options, item: pytest.Item) -> Fuzz | None:
    if options.fuzz is None or options.fuzz is False:
        return None
    from pytest_argot.fuzz.fuzz import Fuzz

    try:
        return Fuzz.of(options.fuzz)
    except Misuse as error:
        raise Misuse(error.what, where=error.where or where(item), fix=error.fix) from None


def _check(plan: Plan, session: Session, place: str) -> None:
    """Refuse mask rules, levels and models that are not allowed, where any were given."""
    if plan.mask:
        _check_masks(plan, place)
    if plan.levels:
        _check_levels(plan, place)
    try:
        if plan.settings.routes or any(value is not None for value in plan.judged_by.values()):
            session.archive.routes(plan)
    except Misuse as error:
        raise Misuse(error.what, where=error.where or place, fix=error.fix) from error


def _check_known(plan: Plan, session: Session) -> None:
    """Read the file of known things before anything is asked or paid for."""
    from pytest_argot.tape.plan import shown

    file = plan.settings.accepted_file
    if not file.exists():
        return
    try:
        session.archive.known(plan.settings)
    except ArgotError as error:
        place = error.where.replace(str(file), shown(file, plan.here))
        raise Misuse(error.what, where=place, fix=error.fix) from error


def _check_masks(plan: Plan, place: str) -> None:
    from pytest_argot.wire.mask_rule import parse_rules

    parse_rules(plan.settings.mask, partial(plan.settings.where, "mask"))
    parse_rules(plan.options.mask or (), lambda _: place)


def _check_levels(plan: Plan, place: str) -> None:
    from pytest_argot.drift.levels import Levels

    for key, level in plan.settings.levels.items():  # the place of each
        Levels({key: level}, plan.settings.where("levels", key))
    Levels(plan.options.levels, place)


def marks_of(item: pytest.Item) -> list[pytest.Mark]:
    """Give the decorator's marks, nearest first: parameter, function, class, module.

    pytest lists a parameter's marks behind the function's own.
    """
    marks = list(item.iter_markers(MARKER))
    of_parameter = {id(mark) for mark in getattr(getattr(item, "callspec", None), "marks", ())}
    return sorted(marks, key=lambda mark: id(mark) not in of_parameter)


def where(item: pytest.Item) -> str:
    """Name a test as messages do: file:line and node id."""
    file, line, _ = item.location
    return f"{file}:{(line or 0) + 1} ({item.nodeid})"


def _from(item: pytest.Item, folder: Path) -> str:
    return _seen_from(item, folder, plain_nodeid(item))


def known_as(item: pytest.Item, settings: Settings) -> str:
    """Give the node id, variant included, by which the file of known things knows a test."""
    return _seen_from(item, settings.root, item.nodeid)


def _seen_from(item: pytest.Item, folder: Path, nodeid: str) -> str:
    """Give a node id as it reads from a folder; pytest's own start at its root folder."""
    file, colons, inside = nodeid.partition("::")
    if folder == item.config.rootpath:
        return nodeid
    try:
        relative = os.path.relpath(item.config.rootpath / file, folder)
    except ValueError:  # another drive
        return nodeid
    return Path(relative).as_posix() + colons + inside


def _is_wide(item: pytest.Item) -> bool:
    """Tell whether the decoration comes from the class or module alone."""
    owners = {type(node) for node, _ in item.iter_markers_with_node(MARKER)}
    return not any(issubclass(owner, pytest.Item) for owner in owners)


def _paths(item: pytest.Item, settings: Settings, options: Options) -> list[Path]:
    from pytest_argot.cassette.naming import named, unnamed

    try:
        folder, module = settings.layout.place(item.path, _module(item, settings))
        if options.names:
            return [named(folder, name) for name in options.names]
        return [unnamed(folder, module, *_name(item))]
    except Misuse as error:
        raise Misuse(error.what, where=where(item), fix=error.fix) from error


def named_paths(
    item: pytest.Item, session: Session, names: Sequence[str]
) -> Iterator[tuple[Path, ...]]:
    """Give the files of the cassettes a parameter of a test names; nothing for a wrong name."""
    with suppress(Misuse):
        settings = session.book.of(item.path)
        yield tuple(_paths(item, settings, Options(names=tuple(names))))


def _module(item: pytest.Item, settings: Settings) -> str:
    """Give the test module's path below the settings' folder, without its ending."""
    try:
        return item.path.relative_to(settings.root).with_suffix("").as_posix()
    except ValueError:
        return Path(item.nodeid.partition("::")[0]).with_suffix("").as_posix()


def _name(item: pytest.Item) -> tuple[str, str | None]:
    """Give the dotted name of the test (classes, function) and its parameter id."""
    name = varied(item).plain_name
    original = getattr(item, "originalname", None) or name
    parts = item.nodeid.split("::")[1:-1]
    identity = name.removeprefix(original)
    test_id = identity[1:-1] if identity.startswith("[") and identity.endswith("]") else None
    return ".".join([*parts, original]), test_id

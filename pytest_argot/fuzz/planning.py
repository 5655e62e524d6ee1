"""Planning: which variants a test is run with."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_argot.drift.judge import is_stream
from pytest_argot.drift.merge import merged
from pytest_argot.drift.parse import parses
from pytest_argot.drift.stream import json_events
from pytest_argot.fuzz.drafting import DRAFTERS
from pytest_argot.fuzz.event_stream import as_json
from pytest_argot.fuzz.fuzz import FAMILIES
from pytest_argot.fuzz.identity import distinct, numbered
from pytest_argot.fuzz.refusal import check_selectors, nothing_to_fuzz
from pytest_argot.fuzz.subject import Subject
from pytest_argot.fuzz.turns import spread, turns
from pytest_argot.fuzz.variant import Variant
from pytest_argot.fuzz.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from pytest_argot.cassette.interaction import Interaction, Response
    from pytest_argot.drift.routes import Routes
    from pytest_argot.fuzz.draft import Draft
    from pytest_argot.fuzz.fuzz import Fuzz

_SUCCESS: Final = range(200, 300)


def variants(
    interactions: Sequence[Interaction],
    routes: Routes,
    fuzz: Fuzz,
    *,
    full: bool = False,
    parsing: bool = False,
) -> tuple[Variant, ...]:
    """Give the variants of some recorded responses, the likeliest first.

    At most ``fuzz.limit``, unless ``full``; with several families each has its turn, and so has
    each interaction. ``parsing``: only those that the models still read, for tests that get the
    response as data. A response without a model is varied by ``stream`` and ``http`` only.

    ``Misuse`` for a selector that names nothing in any response, and for a plan without variants.
    """
    subjects = [
        Subject(index, each, routes.find(each.request)) for index, each in enumerate(interactions)
    ]
    check_selectors(subjects, fuzz)
    fits = partial(_reads, interactions, routes) if parsing else _always
    of = partial(_made, subjects, fuzz, fits)
    made = turns(of(each) for each in FAMILIES if each in fuzz.families)
    found = tuple(islice(_distinct(made), None if full else fuzz.limit))
    if not found and (full or fuzz.limit):
        others = [each for each in FAMILIES if each not in fuzz.families and any(of(each))]
        raise nothing_to_fuzz(subjects, fuzz, others, parsing=parsing)
    return found


class _Made(NamedTuple):
    """A variant and its answers, which are looked at and then let go."""

    variant: Variant
    answers: tuple[Response, ...]


class _Told(NamedTuple):
    """A variant, and what is the same for all that are the same to a client."""

    variant: Variant
    content: Hashable


def _distinct(made: Iterable[_Told]) -> Iterator[Variant]:
    """Leave out what is the same to a client; number ids that are taken."""
    seen, taken = set["Hashable"](), set[str]()
    for variant, content in made:
        if content not in seen:
            seen.add(content)
            name = distinct(variant.id, taken)
            taken.add(name)
            yield variant if name == variant.id else replace(variant, id=name)


def _made(
    subjects: Sequence[Subject], fuzz: Fuzz, fits: Callable[[_Made], bool], family: str
) -> Iterator[_Told]:
    """Give the variants of one family, each subject in turn; of many, rather something new."""
    made = [_of(subject, family, fuzz, fits) for subject in subjects]
    return made[0] if len(made) == 1 else spread(made, _label)


def _label(made: _Told) -> str:
    """Give the name of a change, whatever interaction it is made to."""
    return made.variant.id.partition("~")[0]


def _of(
    subject: Subject, family: str, fuzz: Fuzz, fits: Callable[[_Made], bool]
) -> Iterator[_Told]:
    for draft in DRAFTERS[family](subject, fuzz.parsed):
        made = _edited(subject, family, draft) if draft.changes else _whole(subject, family, draft)
        if made is not None and fits(made):
            yield _Told(made.variant, _content_of(made))


def _edited(subject: Subject, family: str, draft: Draft) -> _Made | None:
    """Judge edits of JSON; ``None`` for what cannot be done or is not for this family."""
    try:
        revised = subject.after(draft.changes)
    except (LookupError, TypeError):
        return None
    valid = subject.allows(draft.changes, revised)
    if not _wanted(subject, family, valid=valid):
        return None
    return _Made(_variant(subject, family, draft, valid=valid), (subject.answer(revised),))


def _whole(subject: Subject, family: str, draft: Draft) -> _Made | None:
    """Judge a whole answer, unless its draft knows; ``None`` for what is not for this family."""
    answers = draft.answers()
    valid = subject.accepts(answers[0]) if draft.valid is None else draft.valid
    if not _wanted(subject, family, valid=valid):
        return None
    return _Made(_variant(subject, family, draft, valid=valid), answers)


def _wanted(subject: Subject, family: str, *, valid: bool) -> bool:
    """Tell whether a family wants a variant: valid ones are, drift is not.

    Other content is not to be drift either, unless the recording itself is.
    """
    if family in {"valid", "content"}:
        return valid or (family == "content" and not subject.sound)
    return not (family == "drift" and valid)


def _variant(subject: Subject, family: str, draft: Draft, *, valid: bool) -> Variant:
    return Variant(
        id=numbered(draft.name, subject.index),
        family=family,
        path=draft.path,
        old=draft.old,
        new=draft.new,
        valid=valid,
        interaction=subject.index,
        make=draft.answers,
        then=draft.then,
        event=draft.event,
        changes=draft.changes,
    )


def _content_of(made: _Made) -> Hashable:
    """Give what is the same for two variants that are the same to a client; no bodies are kept."""
    answers = tuple(
        (each.status, sha256(each.body).digest(), hash(each.stream), str(each.headers))
        for each in made.answers
    )
    return (made.variant.interaction, made.variant.then, answers)


def _always(_: _Made) -> bool:
    return True


def _reads(interactions: Sequence[Interaction], routes: Routes, made: _Made) -> bool:
    """Tell whether a variant is one whole 2xx answer that its models read."""
    if len(made.answers) != 1 or made.answers[0].status not in _SUCCESS:
        return False
    recorded = interactions[made.variant.interaction]
    changed = replace(recorded, response=made.answers[0])
    route = routes.find(recorded.request)
    if not parses(changed, route):
        return False
    if route is None or not route.dialect or route.body is None or not is_stream(changed):
        return True
    whole = as_json(merged(json_events(changed.response.body)))
    return Verdict(route, route.body).reads(whole)

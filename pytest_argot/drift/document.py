"""Judging one JSON document against one response model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import from_json

from pytest_argot.drift.annotations import described
from pytest_argot.drift.declarations import declared, normalised
from pytest_argot.drift.faults import MISSING, faults
from pytest_argot.drift.fixes import fixes, renamed
from pytest_argot.drift.json_types import as_array, as_object, is_object, json_type
from pytest_argot.drift.pydantic_errors import ADDED, Diagnosis, by_path, diagnose
from pytest_argot.drift.raw_finding import RawFinding
from pytest_argot.drift.raw_pass import swallowed
from pytest_argot.drift.rename import joined_renames, renamed_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_argot.drift.response_model import ResponseModel
    from pytest_argot.wire.json_path import Path

_ABOUT_TYPE = ("type.", "number.", "null.", "enum.", "const.", "field.", "tag.", "constraint.")


def judge_document(raw: bytes, model: ResponseModel, *, is_error: bool = False) -> list[RawFinding]:
    """Give every deviation of a JSON text from a model; ``body.not_json`` if it is none.

    ``is_error``: an error is what is expected, so that ``{"error": …}`` is nothing special.
    """
    try:
        model.adapter.validate_json(raw, strict=True, extra="forbid")
    except ValidationError as error:
        if any(each["type"] == "json_invalid" for each in _bare(error)):
            return [whole("body.not_json", model, "JSON", _looks_like(raw))]
        document = from_json(raw)
        diagnoses = _diagnoses(raw, document, model, error)
        if not is_error and _is_error_envelope(document, diagnoses):
            return [whole("body.error_envelope", model, "a response", "an error")]
        diagnoses = [_at_root(each, document) for each in _renamed(model, document, diagnoses)]
    except Exception as error:  # noqa: BLE001 - a validator of the user's model crashed
        crash = whole("custom.exception", model, "a verdict of the model's validator", "")
        name = type(error).__name__
        return [replace(crash, actual=f"{name} raised in it", key=name)]
    else:
        diagnoses = []
    diagnoses = [*diagnoses, *swallowed(raw, diagnoses), *_optional_nulls(raw, diagnoses, model)]
    return [_finding(each, model) for each in diagnoses]


def whole(kind: str, model: ResponseModel, expected: str, actual: str) -> RawFinding:
    """Make a finding about a whole body."""
    return RawFinding(
        kind=kind, path="", expected=expected, actual=actual, key=actual, model=model.name
    )


def _bare(error: ValidationError) -> Any:
    return error.errors(include_url=False, include_input=False, include_context=False)


def _diagnoses(
    raw: bytes, document: Any, model: ResponseModel, error: ValidationError
) -> list[Diagnosis]:
    found = faults(error, document)
    about_keys = all(each.type in MISSING or each.type in ADDED for each in found)
    lax = {} if about_keys else _lax(raw, document, model)
    return [diagnose(each, lax) for each in found]


def _lax(raw: bytes, document: Any, model: ResponseModel) -> dict[Path, set[str]]:
    try:
        model.adapter.validate_json(raw, strict=False, extra="forbid")
    except ValidationError as error:
        return by_path(faults(error, document))
    except Exception:  # noqa: BLE001 - a validator crashed on a coerced value
        return {}
    return {}


def _is_error_envelope(document: Any, found: list[Diagnosis]) -> bool:
    """Tell ``{"error": …}`` from a response that merely has a key of that name."""
    if as_object(document).get("error") is None:
        return False
    kinds = {(each.kind, each.path) for each in found}
    missing = any(kind == "field.missing" and len(path) == 1 for kind, path in kinds)
    return missing and ("field.added", ("error",)) in kinds


def _renamed(model: ResponseModel, document: Any, found: list[Diagnosis]) -> list[Diagnosis]:
    return renamed_options(model.type, document, joined_renames(model.type, found))


def _at_root(found: Diagnosis, document: Any) -> Diagnosis:
    """Call another type of the whole document what it is."""
    if found.path or not found.kind.startswith(_ABOUT_TYPE) or found.kind.startswith("field."):
        return found
    came = json_type(document)
    return Diagnosis("body.wrong_root", (), found.expected, came, came, None)


def _optional_nulls(
    raw: bytes, found: list[Diagnosis], model: ResponseModel
) -> Iterator[Diagnosis]:
    """Look for nulls in fields declared ``X | None = None``.

    Such a declaration does not say whether the API sends null or leaves the key out. The models of
    this package do: theirs are nullable on purpose.
    """
    if model.ours or b"null" not in raw or any(not each.path for each in found):
        return
    told = {each.path for each in found}
    for path in _nulls(from_json(raw)):
        trail = declared(model.type, path)
        if path not in told and len(trail) == len(path) and trail[-1].field and trail[-1].optional:
            words = described(trail[-1].annotation).removesuffix(" or null")
            yield Diagnosis("null.optional", path, f"{words} or no field", "null", "null", None)


def _nulls(document: Any, path: Path = ()) -> Iterator[Path]:
    inner: Iterable[tuple[str | int, Any]] = as_object(document).items()
    for step, value in inner if is_object(document) else enumerate(as_array(document)):
        if value is None:
            yield (*path, step)
        else:
            yield from _nulls(value, (*path, step))


def _finding(found: Diagnosis, model: ResponseModel) -> RawFinding:
    is_renamed = found.kind == "field.renamed"
    is_missing = found.kind == "field.missing"
    place = found.path[:-1] if is_renamed or is_missing else found.path
    if is_renamed:
        place = (*place, found.value)
    changes = (
        renamed(model.type, found.path, found.value) if is_renamed else fixes(model.type, found)
    )
    return RawFinding(
        kind=found.kind,
        path=normalised(model.type, found.path),
        expected=_required(found, model) if is_missing else found.expected,
        actual=found.actual,
        key=found.key,
        model=model.name,
        place=place,
        fixes=changes,
    )


def _required(found: Diagnosis, model: ResponseModel) -> str:
    trail = declared(model.type, found.path)
    if len(trail) < len(found.path):
        return found.expected
    return f"{described(trail[-1].annotation)} (required)"


def _looks_like(raw: bytes) -> str:
    """Say what a body that is not JSON seems to be, without quoting it."""
    start = raw.lstrip()[:64].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "HTML"
    if start.startswith((b"{", b"[")):
        return "broken JSON"
    return "text that is not JSON"

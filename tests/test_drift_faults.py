"""Locations of pydantic, folded to paths of the raw JSON."""

from __future__ import annotations

import json
import warnings
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError, create_model

from pytest_argot.drift.faults import Branch, Fault, faults
from tests.drift_models import Loose, Tool, Word

try:
    from pydantic import MISSING
except ImportError:  # before pydantic 2.14
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydantic.experimental.missing_sentinel import MISSING


def found(kind: Any, data: Any) -> list[Fault]:
    """Give what is wrong with ``data``, strictly read."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_json(json.dumps(data), strict=True, extra="forbid")
    return faults(caught.value, data)


def paths(kind: Any, data: Any) -> list[tuple[str, tuple[str | int, ...]]]:
    """Give type and path of every fault."""
    return [(each.type, each.path) for each in found(kind, data)]


def test_branch_names_are_no_keys() -> None:
    """The name of a union's branch and the tag of a union are not in the path."""
    assert paths(Loose, {"either": {"kind": "word", "word": 1}}) == [
        ("string_type", ("either", "word"))
    ]
    assert paths(Loose, {"part": {"kind": "tool", "name": 1}}) == [
        ("string_type", ("part", "name"))
    ]


def test_key_that_reads_like_a_branch() -> None:
    """A key named like the branch before it is told apart by the value at the path."""

    class Text(BaseModel):
        type: Literal["text"]
        text: str

    class Image(BaseModel):
        type: Literal["image"]
        image: str

    tagged = list[Annotated[Text | Image, Field(discriminator="type")]]
    assert paths(tagged, [{"type": "text", "text": 5}]) == [("string_type", (0, "text"))]
    assert paths(tagged, [{"type": "text"}]) == [("missing", (0, "text"))]
    assert paths(tagged, [{"type": "text", "text": "t", "more": 1}]) == [
        ("extra_forbidden", (0, "more"))
    ]


def test_branch_that_fits_best_speaks() -> None:
    """Of a union of models only the likeliest one is reported, constants weighing most."""
    assert paths(
        list[Tool | Word], [{"kind": "word", "word": "w", "size": "x"}, {"kind": "tool"}]
    ) == [
        ("int_type", (0, "size")),
        ("missing", (1, "name")),
    ]


def test_branches_that_fit_equally_badly_speak_together() -> None:
    """A value of a type no branch wants gives one fault that knows all the branches."""
    (fault,) = found(int | bool | list[str], "x")
    assert [fault.type, *(each.type for each in fault.others)] == [
        "int_type",
        "bool_type",
        "list_type",
    ]


def test_inner_unions_are_folded_too() -> None:
    """A union inside a branch of a union is folded like the outer one."""
    inner = create_model("Inner", values=(list[int | str], ...))
    assert paths(inner | int, {"values": [1, [], "x"]}) == [("int_type", ("values", 1))]


def test_sentinel_of_absence() -> None:
    """Optional fields declared with MISSING give the same paths on every pydantic."""
    inner = create_model("Inner", total=(int, ...), part=(int, ...))
    fields: dict[str, Any] = {"usage": (inner | MISSING, MISSING), "name": (str | MISSING, MISSING)}
    outer = create_model("Outer", **fields)
    assert paths(outer, {"usage": {"total": "x", "part": []}, "name": None}) == [
        ("int_type", ("usage", "total")),
        ("int_type", ("usage", "part")),
        ("string_type", ("name",)),
    ]


def test_deep_location_is_read_in_bounded_time() -> None:
    """A deep value whose keys all read like branches does not take exponential time."""
    deep: Any = {"x": float("nan")}
    kind: Any = dict[str, int]
    for _ in range(30):
        deep, kind = {"x": deep}, dict[str, kind]
    (fault,) = found(kind, deep)
    assert len(fault.path) == 31


def test_branch_steps_are_left_out_of_the_path() -> None:
    """The path of a fault holds keys and indices only."""
    fault = Fault("int_type", ("a", Branch("int"), 0), None, {})
    assert fault.path == ("a", 0)


def test_inner_unions_do_not_count_against_their_branch() -> None:
    """A branch is weighed by its own likeliest reading, not by all readings of what is in it."""

    class Note(BaseModel):
        kind: Literal["note"]
        parts: list[Tool | Word | int | str]

    class Pause(BaseModel):
        kind: Literal["pause"]

    data = [{"kind": "note", "parts": [{"kind": "tool", "name": 5}]}]
    assert paths(list[Pause | Note], data) == [("string_type", (0, "parts", 0, "name"))]


def test_literal_among_types() -> None:
    """A number where a word or an object was allowed is told by all that was allowed."""
    (fault,) = found(Literal["auto"] | Tool, 5)
    assert {each.type for each in (fault, *fault.others)} == {"literal_error", "model_type"}

"""A missing key and an added one that are one key under another name."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_argot.drift.rename import similarity
from tests.drift_material import body, interaction, judged, kinds

RENAMES: list[tuple[str, str]] = [
    ("created", "Created"),
    ("created", "create_d"),
    ("model", "models"),
    ("object", "Object"),
]


def rename(old: str, new: str) -> Any:
    """Give a change that renames a key of the body."""
    return lambda data: data.update({new: data.pop(old)})


@pytest.mark.parametrize(("old", "new"), RENAMES)
def test_rename(old: str, new: str) -> None:
    """Names that differ in case or underscores, or are clearly similar, are one finding."""
    (finding,) = judged(interaction(body(rename(old, new))))
    assert (finding.kind, finding.path) == ("field.renamed", old)
    assert (finding.expected, finding.actual) == (old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [("id", "idx"), ("created", "createTime"), ("created", "timestamp"), ("model", "mood")],
)
def test_other_names_stay_two_findings(old: str, new: str) -> None:
    """Names that are not clearly similar stay a missing and an added field."""
    found = kinds(interaction(body(rename(old, new))))
    assert found == {("field.missing", old), ("field.added", new)}


OPTIONS: list[tuple[Any, str, str]] = [
    (("usage",), "Usage", "usage"),
    (("system_fingerprint",), "systemFingerprint", "system_fingerprint"),
    (("usage", "completion_tokens"), "completionTokens", "usage.completion_tokens"),
]


@pytest.mark.parametrize(("path", "new", "told"), OPTIONS)
def test_an_optional_field_is_renamed_too(path: tuple[str, ...], new: str, told: str) -> None:
    """An absent optional field, there with other case or underscores, is renamed and not added."""

    def change(data: dict[str, Any]) -> None:
        data["system_fingerprint"] = "fp_1"
        for step in path[:-1]:
            data = data[step]
        data[new] = data.pop(path[-1])

    (finding,) = judged(interaction(body(change)))
    assert (finding.kind, finding.path) == ("field.renamed", told)
    assert (finding.expected, finding.actual) == (path[-1], new)
    assert f"{path[-1]}: " in finding.fixes[0]


def test_what_stands_beside_an_optional_field_is_added() -> None:
    """With the field itself there, or another type under the name, a key is news."""
    beside = lambda data: data.update(Usage={"a": 1})  # noqa: E731
    assert kinds(interaction(body(beside))) == {("field.added", "Usage")}
    scalar = lambda data: data.update(Usage=len(data.pop("usage")))  # noqa: E731
    assert kinds(interaction(body(scalar))) == {("field.added", "Usage")}


def test_container_is_no_renamed_scalar() -> None:
    """An array under a similar name is not the renamed string."""
    change = lambda data: data.update(models=[data.pop("model")])  # noqa: E731
    assert kinds(interaction(body(change))) == {
        ("field.missing", "model"),
        ("field.added", "models"),
    }


def test_keys_of_different_objects_are_not_joined() -> None:
    """A key that moved to another object is missing here and added there."""

    def change(data: dict[str, Any]) -> None:
        data["usage"]["Model"] = data.pop("model")

    assert kinds(interaction(body(change))) == {
        ("field.missing", "model"),
        ("field.added", "usage.Model"),
    }


def test_most_similar_names_are_joined() -> None:
    """Of several candidates the most similar one is taken, each once."""

    def change(data: dict[str, Any]) -> None:
        data["models"] = "x"
        data["MODEL"] = data.pop("model")

    found = {each.kind: each for each in judged(interaction(body(change)))}
    assert found["field.renamed"].actual == "MODEL"
    assert found["field.added"].path == "models"


def test_similarity() -> None:
    """Short names are alike only when they differ in case and underscores."""
    assert similarity("finish_reason", "finishReason") == 1.0
    assert similarity("log_probs", "logprobs") == 1.0
    assert similarity("id", "idx") == 0.0
    assert similarity("completion_tokens", "completion_tokens_details") < 0.85

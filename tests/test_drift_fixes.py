"""Candidate changes, in terms of the model."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_argot.drift.fixes import BUILT_IN
from tests.drift_material import body, drop, interaction, judged, put
from tests.drift_models import Loose, Tight

CHOICE = ("choices", 0)

FIXES: list[tuple[Any, str]] = [
    (
        put(*CHOICE, "finish_reason", to="eos"),
        'finish_reason: Literal["stop", "length", "content_filter", "eos"]',
    ),
    (put("object", to="x"), 'object: Literal["text_completion", "x"]'),
    (put("created", to="5"), "created: int | str"),
    (put("created", to=1.5), "created: int | float"),
    (put("id", to=None), "id: str | None"),
    (put("id", to=True), "id: str | bool"),
    (put("usage", to=None), "usage: OpenAIUsage | None = None"),
    (drop("id"), "id: str | None = None"),
    (drop(*CHOICE, "logprobs"), "logprobs: CreateCompletionResponseLogprobs | None = None"),
    (put("tier", to="x"), "tier: str | None = None"),
    (put("tier", to=None), "tier: Any = None"),
    (put("a b", to=1), 'a field of type int | None with alias "a b"'),
    (put(*CHOICE, "logprobs", "tokens", to=[None]), "tokens: list[str | None]"),
    (
        put(*CHOICE, "logprobs", "top_logprobs", to=[{"x": "y"}]),
        "top_logprobs: list[dict[str, float | str] | None]",
    ),
    (put("choices", to={}), "choices: list[CreateCompletionResponseChoices] | dict[str, Any]"),
    (
        lambda data: data.update(finger=1, modelName=data.pop("model")),
        "finger: int | None = None",
    ),
    (
        lambda data: data.update(MODEL=data.pop("model")),
        'model: str = Field(validation_alias=AliasChoices("model", "MODEL"))',
    ),
]


@pytest.mark.parametrize(("change", "fix"), FIXES)
def test_fix(change: Any, fix: str) -> None:
    """A finding brings the declaration that would allow what came."""
    assert fix in [each for found in judged(interaction(body(change))) for each in found.fixes]


def test_fix_of_an_enum_class() -> None:
    """A value an enum class lacks is suggested as its member."""
    (finding,) = judged(interaction(b'{"finish": "eos"}'), model=Tight)
    assert finding.fixes == ('a member of Finish with the value "eos"',)


def test_fix_inside_a_union() -> None:
    """A field of one branch of a union is found."""
    (finding,) = judged(interaction(b'{"either": {"kind": "word", "word": 1}}'), model=Loose)
    assert finding.fixes == ("word: str | int",)


@pytest.mark.parametrize(
    "change",
    [
        put(*CHOICE, "finish_reason", to="eos"),
        lambda data: data.update(MODEL=data.pop("model")),
    ],
)
def test_a_built_in_model_is_not_to_be_edited(change: Any) -> None:
    """The change of a model of ours is followed by the ways to have another one."""
    (finding,) = judged(interaction(body(change)))
    assert len(finding.fixes) == 2
    assert finding.fixes[-1] == BUILT_IN
    assert "dialect=" in BUILT_IN
    assert "route" in BUILT_IN


def test_no_fix_quotes_the_body() -> None:
    """A sentence in an enum field is not suggested as a value."""
    (finding,) = judged(interaction(body(put(*CHOICE, "finish_reason", to="It was late."))))
    assert finding.fixes == ()
    assert finding.actual == "string of 12 characters"


def test_everything_printed_is_short() -> None:
    """No printed value is longer than 200 characters."""

    def change(data: dict[str, Any]) -> None:
        data["k" * 5000] = 1
        for number in range(100):
            choice = {**data["choices"][0], "finish_reason": f"reason-{number}"}
            data["choices"].append(choice)

    for finding in judged(interaction(body(change))):
        texts = (finding.path, finding.expected, finding.actual, *finding.fixes)
        assert max(len(each) for each in texts) <= 200
        assert "k" * 100 not in json.dumps(finding.to_dict())

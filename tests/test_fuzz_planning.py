"""Plans of variants: what is in them, in which order, and what each answers."""

from __future__ import annotations

import json
import re
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot.drift.judge import judge_response
from pytest_argot.errors import Misuse
from pytest_argot.fuzz.fuzz import FAMILIES, Fuzz
from pytest_argot.fuzz.planning import variants
from tests.drift_material import (
    BODY,
    STREAM,
    body,
    chunk,
    drop,
    interaction,
    put,
    routes,
    sse,
    streamed,
)

if TYPE_CHECKING:
    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.fuzz.variant import Variant

NULL_LOGPROBS = body(put("choices", 0, "logprobs", to=None))


def plan(
    *interactions: Interaction, full: bool = True, parsing: bool = False, **options: Any
) -> dict[str, Variant]:
    """Give the variants by id."""
    given = interactions or (interaction(body()),)
    selectors = options.pop("selectors", ())
    found = variants(given, routes(), Fuzz(*selectors, **options), full=full, parsing=parsing)
    by_id = {each.id: each for each in found}
    assert len(by_id) == len(found)
    return by_id


def document(variant: Variant) -> Any:
    """Give the JSON of a variant's only answer."""
    (answer,) = variant.answers
    return json.loads(answer.body)


def test_likeliest_first() -> None:
    """A small limit keeps what happens most: the other finish reasons, usage, logprobs, choices."""
    found = list(plan(full=False, limit=6))
    assert found[:4] == ["finish_reason=length", "usage=absent", "choices=empty", "logprobs=null"]
    assert "finish_reason=content_filter" in found
    assert len(found) == 6


VALID: list[tuple[str, Any]] = [
    ("finish_reason=content_filter", put("choices", 0, "finish_reason", to="content_filter")),
    ("usage=absent", drop("usage")),
    ("choices=empty", put("choices", to=[])),
    ("logprobs=null", put("choices", 0, "logprobs", to=None)),
    ("created=9007199254740993", put("created", to=2**53 + 1)),
    ("argot_unknown=added", put("argot_unknown", to={"new": [1]})),
    ("system_fingerprint=present", put("system_fingerprint", to="argot")),
    ("logprobs.tokens=empty", put("choices", 0, "logprobs", "tokens", to=[])),
    (
        "logprobs.token_logprobs.0=null",
        put("choices", 0, "logprobs", "token_logprobs", to=[None]),
    ),
]


@pytest.mark.parametrize(("name", "change"), VALID)
def test_valid(name: str, change: Any) -> None:
    """A valid variant changes the one thing its id says, and the model allows it."""
    variant = plan()[name]
    assert document(variant) == json.loads(body(change))
    assert (variant.valid, variant.family, variant.then) == (True, "valid", "end")


def test_reversed_choices_keep_their_indices() -> None:
    """Of two choices the last comes first, each with its own index and text."""
    two = [BODY["choices"][0], {**BODY["choices"][0], "index": 1, "text": "Five"}]
    found = plan(interaction(body(put("choices", to=two))))
    assert document(found["choices=reversed"])["choices"] == two[::-1]


def test_one_choice_has_no_order() -> None:
    """A text that was asked for alone stays the first: nothing is put before it."""
    found = plan()
    assert "choices=reversed" not in found
    assert document(found["choices=one-more"])["choices"][0] == BODY["choices"][0]


def test_places_are_no_quantities() -> None:
    """``index`` says which text was asked for, and gets no boundary numbers."""
    assert not [name for name in plan() if name.startswith("index=")]


def test_sums_too_large_come_within_the_limit() -> None:
    """The sum of tokens outgrows a column of 64 bits among the first 24."""
    assert "usage.total_tokens=9223372036854775808" in plan(full=False)
    assert "usage.total_tokens=2147483648" in plan(full=False)


def test_logprobs_where_there_were_none() -> None:
    """Log probabilities are made where the recording has null: full, empty, and null items."""
    found = plan(interaction(NULL_LOGPROBS))
    made = document(found["logprobs=present"])["choices"][0]
    assert made["logprobs"]["tokens"] == [made["text"]]
    assert document(found["logprobs=present-sparse"])["choices"][0]["logprobs"] == {}
    nulls = document(found["logprobs=present-null-items"])["choices"][0]["logprobs"]
    assert nulls["token_logprobs"] == [None]


OBSERVED = [
    "finish_reason=null",
    "finish_reason=empty",
    "finish_reason=eos",
    "finish_reason=absent",
    "usage=null",
    "usage.completion_tokens=absent",
    "text=null",
    "logprobs=absent",
    "logprobs=chat-shaped",
    "created=milliseconds",
    "created=float",
    "id=empty",
    "object=text.completion",
    "choices=null",
    "logprobs.token_logprobs=impossible-first",
    "content-type=charset",
    "body=blank-lines-first",
    "seed=added",
    "warning=added",
]


@pytest.mark.parametrize("name", OBSERVED)
def test_observed(name: str) -> None:
    """What real servers were seen to send is there, judged by the model and not by its fame."""
    variant = plan(families="observed")[name]
    found = judge_response(changed(variant), routes().find(changed(variant).request))  # type: ignore[arg-type]
    errors = [each for each in found if each.kind != "field.added"]
    assert variant.valid is not bool(errors)


def test_times_of_other_servers() -> None:
    """``created`` comes in milliseconds and with a fraction."""
    found = plan(families="observed")
    assert document(found["created=milliseconds"])["created"] == BODY["created"] * 1000
    assert document(found["created=float"])["created"] == BODY["created"] + 0.38


def test_details_that_are_null() -> None:
    """The details of the usage come as null where they were recorded as an object."""
    details = {"cached_tokens": 2, "audio_tokens": 0}
    recorded = interaction(body(put("usage", "prompt_tokens_details", to=details)))
    variant = plan(recorded, families="observed", full=False)["usage.prompt_tokens_details=null"]
    assert document(variant)["usage"]["prompt_tokens_details"] is None
    assert not variant.valid


def changed(variant: Variant, recorded: Interaction | None = None) -> Interaction:
    """Give the recorded interaction with the variant's answer."""
    from dataclasses import replace

    return replace(recorded or interaction(body()), response=variant.answers[0])


DRIFT = [
    "id=absent",
    "id=null",
    "id=integer",
    "created=string",
    "created=fraction",
    "choices=object",
    "usage=list",
    "finish_reason=unknown",
    "finish_reason=STOP",
    "finish_reason=finishReason",
    "object=other",
    "created=NaN",
    "logprobs.token_logprobs.0=NaN",
    "body=truncated",
    "body=html",
    "body=empty",
    "body=error-envelope",
    "body=bom",
    "id=twice",
]


@pytest.mark.parametrize("name", DRIFT)
def test_drift(name: str) -> None:
    """What no longer fits the model is there, and judging it as a recording finds errors."""
    variant = plan(families="drift")[name]
    route = routes().find(interaction(body()).request)
    assert route is not None
    assert not variant.valid
    assert judge_response(changed(variant), route)


def test_half_a_character_comes_within_the_limit() -> None:
    """A text that UTF-8 cannot write is among the first 24 kinds of drift."""
    assert "text=lone-surrogate" in plan(families="drift", full=False)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "recorded", [interaction(body()), streamed(STREAM)], ids=["body", "stream"]
)
def test_whole_families(family: str, recorded: Interaction) -> None:
    """Ids are short ASCII, values are printable lines, valid is valid and drift is not."""
    if family == "stream" and recorded.response.body != STREAM:
        return
    for name, variant in plan(recorded, families=family).items():
        assert re.fullmatch(r"[A-Za-z0-9_.,=+~-]{1,70}", name)
        for printed in (variant.old, variant.new):
            assert printed.isprintable()
            assert 0 < len(printed) <= 240
        assert variant.changed.isprintable()
        assert variant.valid or family not in {"valid", "content"}
        assert not (variant.valid and family in {"drift", "http"})
        assert variant.then in {"end", "recorded", "forever"}
        json.dumps(variant.to_dict())


def test_length_stays_true() -> None:
    """``content-length`` is that of the changed body, and absent where it was absent."""
    recorded = interaction(body())
    recorded.response.headers["content-length"] = [str(len(recorded.response.body))]
    for variant in plan(recorded, families=set(FAMILIES) - {"stream"}).values():
        for answer in variant.answers:
            promised = int(answer.headers.get("content-length", ["0"])[0])
            missing = answer.stream.missing if answer.stream else 0
            assert promised == len(answer.body) + missing
    assert "content-length" not in plan()["usage=absent"].answers[0].headers


def test_http_faults() -> None:
    """A fault comes once and then the recorded answer, or for ever; none of them is valid."""
    found = plan(families="http")
    once, ever = found["429-retry-after-1-then-recorded"], found["503-for-ever"]
    assert (once.answers[0].status, once.then) == (429, "recorded")
    assert once.answers[0].headers["retry-after"] == ["1"]
    assert json.loads(once.answers[0].body)["error"]["code"] == "rate_limit_exceeded"
    assert (ever.answers[0].status, ever.then) == (503, "forever")
    assert "retry-after" not in found["429-then-recorded"].answers[0].headers
    lost = found["connect-error-then-recorded"].answers[0]
    assert lost.stream is not None
    assert (lost.status, lost.stream.failed) == (0, "connect")
    expected = "the answer: 200 → 429 without Retry-After, then the recorded one"
    assert found["429-then-recorded"].changed == expected
    statuses = {variant.answers[0].status for variant in found.values()}
    assert statuses >= {400, 401, 402, 403, 404, 408, 409, 413, 422, 429}
    assert statuses >= {500, 502, 503, 504, 529, 0}


def test_faults_within_the_limit() -> None:
    """The limit reaches a fault that never ends and every way to say how long to wait."""
    found = plan(families="http", full=False)
    assert "429-for-ever" in found
    half = found["429-retry-after-0.5-then-recorded"]
    assert half.answers[0].headers["retry-after"] == ["0.5"]
    assert "429-retry-after-date-then-recorded" in found
    late = found["connect-timeout-then-recorded"].answers[0]
    assert late.stream is not None
    assert (late.status, late.stream.failed) == (0, "connect_timeout")


def test_errors_of_other_shapes() -> None:
    """Errors come without an envelope, as a detail, a text, a page and as nothing, too."""
    found = plan(families="http")
    text = json.loads(found["500-text-then-recorded"].answers[0].body)
    assert text == {"error": "Internal Server Error (made by argot)"}
    silent = json.loads(found["500-null-message-for-ever"].answers[0].body)
    assert silent["error"]["message"] is None
    flat = json.loads(found["500-flat-then-recorded"].answers[0].body)
    assert (flat["object"], flat["code"]) == ("error", 500)
    assert json.loads(found["404-detail-then-recorded"].answers[0].body) == {"detail": "Not Found"}
    assert found["503-empty-for-ever"].answers[0].body == b""
    page = found["502-html-then-recorded"].answers[0]
    assert page.headers["content-type"] == ["text/html"]
    assert b"502 Bad Gateway" in page.body


def test_errors_in_the_shape_of_the_route() -> None:
    """A route whose servers write errors another way gets errors of that shape."""
    given = variants(
        [interaction(body())], routes(dialect="transformers"), Fuzz(families="http", limit=1)
    )
    assert list(json.loads(given[0].answers[0].body)) == ["detail"]


@pytest.mark.parametrize(
    "recorded", [interaction(body()), streamed(STREAM)], ids=["body", "stream"]
)
def test_no_variant_twice(recorded: Interaction) -> None:
    """What two families know is one variant: no two of them are the same to a client."""
    found = plan(recorded, families=FAMILIES).values()
    contents = {(each.then, str(each.answers)) for each in found}
    assert len(contents) == len(found)


def test_a_plan_holds_no_bodies() -> None:
    """A full plan of a long answer holds its changed texts, not each answer: those are made when asked for."""
    size = 200_000
    recorded = interaction(body(put("choices", 0, "text", to="word " * (size // 5))))
    tracemalloc.start()
    found = plan(recorded, families=FAMILIES)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) > 200
    assert kept < 40 * size
    longest = max(len(answer.body) for each in found.values() for answer in each.answers)
    assert longest < 3 * size


def test_families_take_turns() -> None:
    """With several families each has a variant before one has two."""
    found = list(plan(full=False, families=("valid", "drift", "http"), limit=6).values())
    assert [each.family for each in found] == ["valid", "drift", "http"] * 2


def test_interactions_take_turns() -> None:
    """Each interaction has its turn, and the second one's variants carry its number."""
    found = list(plan(interaction(body()), streamed(STREAM), full=False, limit=4).values())
    assert [each.interaction for each in found] == [0, 1, 0, 1]
    assert found[1].id == f"{found[1].id.partition('~')[0]}~2"


def test_many_interactions_share_the_limit() -> None:
    """With ten of them the limit holds many changes, not one of them ten times."""
    found = list(plan(*[interaction(body())] * 10, full=False).values())
    assert {each.interaction for each in found} == set(range(10))
    names = [each.id.partition("~")[0] for each in found]
    assert len(set(names)) >= 10
    assert names[:3] == ["finish_reason=length", "usage=absent", "choices=empty"]
    both = plan(*[interaction(body())] * 10, families=("valid", "http"))
    assert list(both)[:24] == list(
        plan(*[interaction(body())] * 10, families=("valid", "http"), full=False)
    )


def test_selectors() -> None:
    """Only selected fields change; the http family does not ask."""
    found = plan(selectors=["usage", "!usage.total_tokens"], families=("valid", "drift", "http"))
    paths = {each.path for each in found.values() if each.family != "http"}
    assert {"usage", "usage.prompt_tokens"} <= paths
    assert all(each.startswith("usage") for each in paths)
    assert "usage.total_tokens" not in paths
    assert any(each.family == "http" for each in found.values())


@pytest.mark.parametrize(
    ("selector", "meant"),
    [
        ("usages", "usage"),
        ("choices[4]", "choices"),
        ("!choices[*].txt", "choices[*].text"),
        ("usage.total", "usage.total_tokens"),
        ("finish_reason", "choices[*].finish_reason"),
        ("choices[*].logprobs.toplogprobs", "choices[*].logprobs.top_logprobs"),
    ],
)
def test_selector_that_matches_nothing(selector: str, meant: str) -> None:
    """A selector that names nothing is a misuse that lists what there is, the likeliest first."""
    with pytest.raises(Misuse) as caught:
        plan(selectors=[selector], families="http")
    assert selector in caught.value.what
    listed = caught.value.fix.removeprefix("use one of: ").split(", ")
    assert meant in listed[:2]
    assert len(listed) == 9


def test_without_a_model() -> None:
    """A response that no model judges is varied as a whole only."""
    other = interaction(b"hello", url="https://llm.example/v1/other", content_type="text/plain")
    assert plan(other, families=FAMILIES).keys() == plan(other, families="http").keys()
    with pytest.raises(Misuse, match="no response model"):
        plan(other)


def test_a_plan_without_variants() -> None:
    """A plan without a variant is a misuse that says why."""
    with pytest.raises(Misuse, match="nothing is recorded"):
        variants((), routes(), Fuzz())
    with pytest.raises(Misuse, match="itself drifts"):
        plan(interaction(b"{"))


def test_a_recording_that_drifts() -> None:
    """Drift that was recorded does not count: the rest of the response is varied all the same."""
    found = plan(interaction(body(drop("id"))), families=("valid", "drift"))
    assert found["usage=absent"].valid
    assert not found["created=null"].valid
    assert not any(name.startswith("id=") for name in found)
    events = streamed(STREAM.replace(b'"object": "text_completion", ', b""))
    assert {"finish_reason=length", "created=0"} <= set(plan(events))
    endless = streamed(sse(chunk("Four "), chunk("lanterns")))
    found = plan(endless, families=("valid", "stream"))
    assert found["created=0"].valid
    assert found["one-piece"].valid
    assert not found["cut"].valid


def test_parsing() -> None:
    """A test that gets the response as data is given only what its model reads."""
    found = plan(families=FAMILIES, parsing=True)
    assert "usage=absent" in found
    assert "created=string" in found  # read as the number it spells
    assert not {"id=absent", "body=html", "429-then-recorded"} & found.keys()


def test_alike_values_are_varied_once() -> None:
    """Of many alike items the first is varied, another one when a selector counts to it."""
    many = body(put("choices", 0, "logprobs", "tokens", to=["Four", " lanterns", " lean"]))
    paths = {each.path for each in plan(interaction(many), families=FAMILIES).values()}
    assert "choices[0].logprobs.tokens[0]" in paths
    assert "choices[0].logprobs.tokens[1]" not in paths
    named = plan(
        interaction(many),
        selectors=["choices[0].logprobs.tokens[1]"],
        families=("content", "drift"),
    )
    assert {each.path for each in named.values()} == {"choices[0].logprobs.tokens[1]"}


def test_text_comes_before_names() -> None:
    """Content varies the text first, ids and names of models after that."""
    found = list(plan(families="content", full=False, limit=8).values())
    assert {each.path for each in found} == {"choices[0].text"}


def test_texts_that_break_things_come_within_the_limit() -> None:
    """The default limit reaches what XML, rich, tiktoken, ``re.sub`` and line readers fail on."""
    found = plan(families="content", full=False)
    names = ("line-separators", "control", "special-tokens", "backslashes", "done", "huge")
    assert {f"text={name}" for name in names} <= found.keys()
    assert "<|endoftext|>" in document(found["text=special-tokens"])["choices"][0]["text"]
    assert "\\Users" in document(found["text=backslashes"])["choices"][0]["text"]
    assert document(found["model=other"])["model"] == "tiny-1-2026-01-31"


def test_the_recording_is_untouched() -> None:
    """Planning changes nothing of what was recorded."""
    recorded = interaction(body())
    plan(recorded, families=FAMILIES)
    assert json.loads(recorded.response.body) == BODY

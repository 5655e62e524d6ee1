"""Answers under a variant: the changed one, follow-ups, divergence, and an end."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot.cassette.interaction import Interaction, Request, Response
from pytest_argot.cassette.matching import Matcher, Shelf
from pytest_argot.fuzz.variant import END, FOREVER, RECORDED, Variant
from pytest_argot.tape.variation import MOST, Kind, Variation, varied
from tests.drift_material import URL

if TYPE_CHECKING:
    from collections.abc import Sequence

MATCHER = Matcher(("method", "host", "path", "body"))


def request(prompt: str = "hi", url: str = URL, **more: Any) -> Request:
    """Give a request; its body names the LLM model ``m``."""
    body = json.dumps({"model": "m", "prompt": prompt, **more}).encode()
    return Request("POST", url, {}, body)


def answer(text: str, status: int = 200) -> Response:
    """Give a response that says ``text``."""
    return Response(status, "", {}, text.encode())


def variant(index: int = 0, *answers: Response, then: str = END) -> Variant:
    """Give a variant of one interaction."""
    return Variant(
        id="x=y",
        family="valid",
        path="x",
        old="x",
        new="y",
        valid=True,
        interaction=index,
        make=lambda: answers or (answer("changed"),),
        then=then,
    )


def variation(made: Variant, *recorded: Interaction) -> Variation:
    """Give what answers under a variant of these interactions."""
    return Variation(made, recorded, Shelf(recorded, MATCHER), MATCHER)


def asked(of: Variation, *requests: Request) -> list[str | None]:
    """Ask, and give what each answer says."""
    answers = [of.answer(MATCHER.key(each), each) for each in requests]
    return [None if each is None else each.body.decode() for each in answers]


ONE = Interaction(request(), answer("one"))
TWO = Interaction(request("two"), answer("two"))


def test_only_the_changed_interaction_is_changed() -> None:
    """The variant's answer comes for its request alone, and ``met`` says that it was asked for."""
    made = variation(variant(1), ONE, TWO)
    assert asked(made, request()) == ["one"]
    assert not made.met
    assert asked(made, request("two")) == ["changed"]
    assert (made.met, made.improvised, made.diverged) == (True, 0, "")


ENDINGS: list[tuple[str, Sequence[str | None]]] = [
    (END, ["a", "b", "one", "one"]),
    (RECORDED, ["a", "b", "one", "one"]),
    (FOREVER, ["a", "b", "b", "b"]),
]


@pytest.mark.parametrize(("then", "said"), ENDINGS)
def test_what_comes_after_the_variants_own_answers(then: str, said: Sequence[str | None]) -> None:
    """A request that is asked again gets the variant's answers in turn, then what it says."""
    made = variation(variant(0, answer("a"), answer("b"), then=then), ONE)
    assert asked(made, *[request()] * 4) == said


def test_an_equal_request_gets_what_its_equal_got() -> None:
    """A request that was recorded once and is asked twice is answered again, improvised."""
    made = variation(variant(1), ONE, TWO)
    assert asked(made, request(), request()) == ["one", "one"]
    assert made.improvised == 1


def test_a_new_request_gets_the_next_unplayed_of_its_kind_then_the_last() -> None:
    """A follow-up nobody recorded takes what is left of its kind, in order."""
    made = variation(variant(0), ONE, TWO)
    assert asked(made, request(), request("else"), request("more")) == ["changed", "two", "two"]
    assert made.improvised == 2


def test_what_was_improvised_is_not_played_twice() -> None:
    """What stood in for a request is off the shelf, but equal requests still get it."""
    three = Interaction(request("three"), answer("three"))
    made = variation(variant(0), ONE, TWO, three)
    assert asked(made, request(), request("else"), request("other")) == [
        "changed",
        "two",
        "three",
    ]
    assert asked(made, request("two")) == ["two"]


STRANGERS = [
    (request(url="https://llm.example/v1/moderations"), ""),
    (request(model="larger"), ' for model "larger"'),
    (request(stream=True), " as a stream"),
    (replace(request(), method="PUT"), ""),
]


@pytest.mark.parametrize(
    ("stranger", "new"), STRANGERS, ids=["route", "model", "streamed", "method"]
)
def test_another_kind_diverges(stranger: Request, new: str) -> None:
    """Another route, method, LLM model or way to answer is nothing to improvise from."""
    made = variation(variant(0), ONE)
    assert asked(made, request(), stranger) == ["changed", None]
    assert made.diverged == f"{stranger.method} {stranger.url}{new}"
    assert asked(made, request(url="https://else.example/")) == [None]
    assert made.diverged == f"{stranger.method} {stranger.url}{new}"


def test_reading_on_where_the_recording_stopped_diverges() -> None:
    """Nobody knows what a server would have said after a client went away."""
    made = variation(variant(0), ONE)
    made.read_on(request())
    assert made.diverged == f"the rest of POST {URL}"


def test_a_program_without_an_end_is_ended() -> None:
    """One that asks for ever gets so many answers; then ``endless`` names the request."""
    made = variation(variant(0, answer("a"), then=FOREVER), ONE)
    said = asked(made, *[request()] * (MOST + 2))
    assert said == ["a"] * (MOST + 1) + [None]
    assert (made.endless, made.diverged) == (f"POST {URL}", "")


def test_asking_the_same_has_an_end() -> None:
    """A program that asks what was recorded again and again does not end; it did not diverge."""
    made = variation(variant(0), ONE, TWO)
    said = asked(made, *[request()] * (MOST + 2))
    assert said == ["changed"] + ["one"] * MOST + [None]
    assert (made.endless, made.diverged) == (f"POST {URL}", "")


def test_improvising_has_an_end() -> None:
    """A program that asks something new each time, for ever, diverges."""
    made = variation(variant(0), ONE)
    said = asked(made, request(), *(request(str(number)) for number in range(MOST + 1)))
    assert said.count(None) == 1
    assert made.diverged == f"POST {URL}"


def test_many_threads_meet_the_change_once() -> None:
    """Of equal requests of many threads one gets the change, the others what comes after it."""
    made = variation(variant(0, answer("a"), then=RECORDED), ONE)
    said: list[str | None] = []
    threads = [
        threading.Thread(target=lambda: said.extend(asked(made, request()))) for _ in "ab" * 8
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert said.count("a") + said.count("one") == 16
    assert said.count("one") >= 1


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'"m"'])
def test_kinds_of_bodies_that_are_no_objects(body: bytes) -> None:
    """A body without an LLM model is a kind, too."""
    kind = Kind.of(Request("POST", f"{URL}?key=1", {}, body))
    assert kind == ("POST", URL, "None", False)


def test_interactions_as_the_server_might_have_answered() -> None:
    """``varied`` changes the one interaction, and leaves those it was given alone."""
    files = (ONE, TWO, ONE)
    changed = varied(files, variant(1))
    assert [each.response.body for each in changed] == [b"one", b"changed", b"one"]
    assert files[1] is TWO

"""Mask rules and the subset of JSONPath they are written in."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_argot.errors import Misuse
from pytest_argot.wire.mask_rule import MaskRule, parse_path, parse_rule, parse_rules


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("body:$.user", MaskRule("body", "$.user", None)),
        ("re:UUID=<uuid>", MaskRule("re", "UUID", "<uuid>")),
        ("header:X-Tenant=acme", MaskRule("header", "x-tenant", "acme")),
        ("query:token", MaskRule("query", "token", None)),
        ("host:*.Azure.com=llm", MaskRule("host", "*.azure.com", "llm")),
        ("body:$..image_url.url=@hash", MaskRule("body", "$..image_url.url", None)),
        ("body:$['a=b']=x=y", MaskRule("body", "$['a=b']", "x=y")),
        ("body: $.user = me", MaskRule("body", "$.user", " me")),
        ("header:x-tenant=", MaskRule("header", "x-tenant", "")),
        (r"re:sid\=\w+", MaskRule("re", r"sid=\w+", None)),
        (r"re:a=b=c", MaskRule("re", "a=b", "c")),
        (r"re:a=b\=c", MaskRule("re", "a", "b=c")),
        (r"re:user(?=\d)", MaskRule("re", r"user(?=\d)", None)),
        (r"re:(?<=id-)\d+=<n>", MaskRule("re", r"(?<=id-)\d+", "<n>")),
        (r"re:(?P<q>['x])a(?P=q)=<n>", MaskRule("re", r"(?P<q>['x])a(?P=q)", "<n>")),
        (r"re:a\\=b", MaskRule("re", r"a\\", "b")),
        ("query:filter[user]=x", MaskRule("query", "filter[user]", "x")),
    ],
)
def test_rules_parse(text: str, rule: MaskRule) -> None:
    """A rule says where, what and with what; nothing or @hash is a hash."""
    assert parse_rule(text) == rule


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("user", "header:NAME, query:NAME, body:JSONPATH, host:GLOB or re:PATTERN"),
        ("cookie:a", "header:NAME, query:NAME, body:JSONPATH, host:GLOB or re:PATTERN"),
        ("header:", "does not say what to mask"),
        ("header:=x", "does not say what to mask"),
        ("re:=x", "does not say what to mask"),
        ("header:a b=x", "is no header name"),
        ("body:user", "body:$.choices[*].text"),
        ("body:$.a[?(@.b)]", "'[?(@.b)]' is not understood"),
        ("body:$.a[-1]", "'[-1]' is not understood"),
        ("body:$.a[0:2]", "'[0:2]' is not understood"),
        ("body:$.a b=x", "'b=x' is not understood"),
        ("query:a=@mask", "=@hash"),
        ("re:(=x", r"write \="),
        ("re:(", r"write a regular expression of Python; \( is"),
        ("body:user", "mask rule 'body:user'"),
        ("re:a*=x", "matches nothing at all"),
        (r"re:\d+=<n1>", "matches its own text"),
        ("host:*=a b/c", "is no host"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(text: str, said: str) -> None:
    """A rule that is not understood is a Misuse that names the syntax."""
    with pytest.raises(Misuse) as error:
        parse_rule(text)
    assert said in str(error.value)


def test_the_place_of_a_wrong_rule_is_told() -> None:
    """Of several rules the one that is not understood is quoted, with its own place."""
    with pytest.raises(Misuse) as error:
        parse_rules(["body:$.user", "boddy:x"], "the place of {}".format)
    assert "'boddy:x'" in error.value.what
    assert error.value.where == "the place of boddy:x"
    assert parse_rules(["re:UUID"], str) == [MaskRule("re", "UUID", None)]


@pytest.mark.parametrize(
    ("path", "yes", "no"),
    [
        ("$", [()], [("a",), (0,)]),
        ("$.a", [("a",)], [(), ("b",), ("a", "b"), ("b", "a"), (0,)]),
        ("$.a-b._c", [("a-b", "_c")], [("a",)]),
        ("$['a.b'][\"c\"]", [("a.b", "c")], [("a", "b", "c")]),
        (r"$['it\'s']", [("it's",)], [("its",)]),
        ("$.a[0]", [("a", 0)], [("a", 1), ("a",), ("a", "0")]),
        ("$.a[*]", [("a", 0), ("a", 7), ("a", "b")], [("a",), ("a", 0, 0)]),
        ("$.*.b", [("a", "b"), (0, "b")], [("b",), ("a", "a", "b")]),
        ("$..b", [("b",), ("a", "b"), ("a", 0, "b", "b")], [("a",), ("b", "a")]),
        ("$..b.c", [("b", "c"), (0, "b", "b", "c")], [("b", "x", "c"), ("c",)]),
        ("$..*", [("a",), (0, "b")], [()]),
        ("$..[0]", [(0,), ("a", 0)], [("a", 1)]),
        ("$.a..b[*].c", [("a", "x", "b", 3, "c")], [("b", 3, "c"), ("a", "b", "c")]),
        ("$.größe", [("größe",)], [("grösse",)]),
    ],
)
def test_paths_match_as_jsonpath_does(
    path: str,
    yes: list[tuple[str | int, ...]],
    no: list[tuple[str | int, ...]],
) -> None:
    """Names, indices, wildcards and descendants select what RFC 9535 says."""
    parsed = parse_path(path)
    assert [each for each in yes if not parsed.matches(each)] == []
    assert [each for each in no if parsed.matches(each)] == []


@given(st.text(max_size=30))
def test_no_text_makes_the_parser_stumble(text: str) -> None:
    """Any text is a rule or a Misuse, nothing else."""
    for prefix in ("", "body:", "body:$", "header:", "host:", "query:"):
        with contextlib.suppress(Misuse):
            assert parse_rule(prefix + text).target

"""Masking of bodies: the rest is byte by byte what it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_argot.wire.masking import Masker
from pytest_argot.wire.secrets import scan
from tests.mask_material import KEY, OTHER, RULES, UUID, hash_of, masker, text_of

# JSON


def test_json_keeps_its_spelling() -> None:
    """Only the masked value changes; numbers, escapes, layout and repeated keys stay."""
    body = '{ "a" : 1.0,\n\t"a": 1e999, "b":"\\u00e9\\/é", "user":"me" ,"c":[-0.10, NaN]}'
    masked = text_of(body, "application/json", "body:$.user")
    assert masked == body.replace('"me"', f'"{hash_of("me")}"')


@pytest.mark.parametrize(
    "content_type",
    ["application/json; charset=utf-8", "text/plain", "", "text/event-stream", "image/png"],
)
def test_json_is_masked_whatever_it_is_called(content_type: str) -> None:
    """A body that parses as JSON is masked as JSON."""
    assert text_of('{"user": "me"}', content_type, "body:$.user=x") == '{"user": "x"}'


def test_a_byte_order_mark_stays() -> None:
    """JSON behind a byte order mark is masked too."""
    body = b'\xef\xbb\xbf{"user": "me"}'
    assert text_of(body, "", "body:$.user=x") == '\ufeff{"user": "x"}'


@pytest.mark.parametrize(
    "spelled",
    [
        KEY,
        f"key: {KEY}.",
        f"line\\n{KEY}",
        f"\\u0073{KEY[1:]}",
        f"{KEY}\\u0020x",
        f"密钥{KEY}",
        f"key{KEY}",
    ],
)
def test_keys_are_found_behind_escapes(spelled: str) -> None:
    """A key in a JSON string is found however the string is spelled."""
    masked = text_of(f'{{"a": ["{spelled}"], "b": 1}}')
    assert KEY[1:] not in masked
    assert json.loads(masked)["a"][0] == json.loads(f'"{spelled}"').replace(KEY, "argot-masked")


def test_keys_are_found_in_names_of_members_and_in_nested_json() -> None:
    """Neither a member's name nor JSON inside a string hides a key."""
    inner = json.dumps({"x": f"a\n{KEY}"})
    masked = text_of(json.dumps({KEY: 1, "arguments": inner}))
    assert masked == json.dumps(
        {"argot-masked": 1, "arguments": json.dumps({"x": "a\nargot-masked"})}
    )


@pytest.mark.parametrize(
    ("body", "masked"),
    [
        ('{"api_key": "k"}', '{"api_key": "argot-masked"}'),
        ('{"headers": {"Authorization": "Token k"}}', '{"headers": {"Authorization": "Token argot-masked"}}'),
        ('{"clientSecret": ["a", "b"], "x": "c"}', '{"clientSecret": ["argot-masked", "argot-masked"], "x": "c"}'),
        ('{"password": null, "api-key": ""}', '{"password": null, "api-key": ""}'),
        ('{"password": {"type": "string"}}', '{"password": {"type": "string"}}'),
        ('{"token": " the", "key": "a", "code": "x", "prompt_tokens": 1}', None),
    ],
)  # fmt: skip
def test_members_named_like_credentials_are_blanked(body: str, masked: str | None) -> None:
    """A member that can only be a credential is blanked; words with other uses are not."""
    assert text_of(body) == (masked or body)


def test_json_lines_are_masked_line_by_line() -> None:
    """Rules reach into every line of JSON lines."""
    body = '{"user": "a"}\r\n\n{"user": "b"}\n'
    assert text_of(body, "", "body:$.user=x") == '{"user": "x"}\r\n\n{"user": "x"}\n'


def test_json_that_is_cut_off_is_masked_as_text() -> None:
    """Keys go from a body that begins like JSON and is none."""
    assert text_of(f'{{"a": 1}}\n{{"b": "{KEY}') == '{"a": 1}\n{"b": "argot-masked'


def test_deep_json_does_not_recurse() -> None:
    """A body of a hundred thousand brackets is masked or left, never an error."""
    body = "[" * 100_000 + f'"{KEY}"' + "]" * 100_000
    assert KEY not in text_of(body)
    assert text_of(body, "", "body:$..user") == body.replace(KEY, "argot-masked")


# Rules for bodies


def test_equal_values_mask_equally_and_different_ones_differently() -> None:
    """Without a text a value becomes its hash, on either side of a match."""
    masked = json.loads(text_of('[{"u":"a"},{"u":"b"},{"u":"\\u0061"}]', "", "body:$[*].u"))
    assert masked == [{"u": hash_of("a")}, {"u": hash_of("b")}, {"u": hash_of("a")}]


def test_the_hash_of_an_object_ignores_key_order_white_space_and_number_spelling() -> None:
    """What matches as JSON has the same hash."""
    one = text_of('{"u": {"a": 1, "b": [2.0]}}', "", "body:$.u")
    assert one == text_of('{"u": {"b":[2],"a":1.0}}', "", "body:$.u")
    assert one != text_of('{"u": {"b":[2],"a":1.5}}', "", "body:$.u")


def test_a_number_stays_a_number_if_the_text_is_one() -> None:
    """Masking a number with a number does not look like drift."""
    body = '{"created": 1763800000, "id": "7", "n": null}'
    assert (
        text_of(body, "", "body:$.created=1", "body:$.id=1", "body:$.n=1")
        == '{"created": 1, "id": "1", "n": null}'
    )
    assert text_of('{"created": 5}', "", "body:$.created=x") == '{"created": "x"}'


def test_an_object_is_replaced_whole() -> None:
    """A path that selects a container and values inside replaces the container once."""
    assert text_of('{"a": {"b": {"b": 1}}, "c": 2}', "", "body:$..b=x") == (
        '{"a": {"b": "x"}, "c": 2}'
    )


def test_patterns_apply_to_strings_and_numbers() -> None:
    """A pattern sees decoded strings; a number it changes into text becomes a string."""
    body = f'{{"id": "{UUID}", "n": 491761234567, "m": 5}}'
    assert text_of(body, "", "re:UUID=<uuid>", r"re:^49\d{10}$=<phone>") == (
        '{"id": "<uuid>", "n": "<phone>", "m": 5}'
    )


def test_a_hash_is_not_hashed_again_by_a_pattern() -> None:
    """Rules leave alone what masking has left, so that masking twice is masking once."""
    once = masker(r"re:[0-9a-f]{4,}").text("cafe and beef0123")
    assert once == f"{hash_of('cafe')} and {hash_of('beef0123')}"
    assert masker(r"re:[0-9a-f]{4,}").text(once) == once
    assert Masker().text(f"Bearer {hash_of('cafe')}") == f"Bearer {hash_of('cafe')}"


def test_a_rule_added_later_fits_an_older_recording() -> None:
    """What an older masker wrote and a new one reads equals what the new one makes of the request."""
    body = json.dumps({"user": f"me {KEY} {UUID}", "n": 1}).encode()
    rules = ["re:UUID=<uuid>", "body:$.user", "body:$.n=2", "re:me=you"]
    for count in range(len(rules) - 1):
        recorded = masker(*rules[:count]).body(body, "")
        assert masker(*rules).body(recorded, "") == masker(*rules).body(body, "")


# Other bodies


def test_forms_are_masked_by_name_and_shape() -> None:
    """Fields named like credentials are blanked, spelling of the others stays."""
    form = f"client_secret=abc&text=a+b%20c&x=key%3A+{KEY}&token=short&code=longenough&tenant=t"
    assert text_of(form, "application/x-www-form-urlencoded", "query:tenant=acme") == (
        "client_secret=argot-masked&text=a+b%20c&x=key%3A+argot-masked&token=short"
        "&code=argot-masked&tenant=acme"
    )


def test_text_parts_of_multipart_forms_are_masked() -> None:
    """Named fields, JSON and text are masked; a binary part stays whole."""
    binary = bytes(range(256)) + KEY.encode()
    body = (
        b'--B\r\nContent-Disposition: form-data; name="api_key"\r\n\r\nabc\r\n'
        b'--B\r\nContent-Disposition: form-data; name="note"\r\n\r\nsee ' + KEY.encode() + b"\r\n"
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n'
        b'Content-Type: application/jsonl\r\n\r\n{"user":"me"}\n{"user":"you"}\n\r\n'
        b'--B\r\nContent-Disposition: form-data; name="image"\r\nContent-Type: image/png\r\n\r\n'
        + binary
        + b"\r\n--B--\r\n"
    )
    rules = masker("body:$.user=x")
    masked = rules.body(body, 'multipart/form-data; boundary="B"')
    assert rules.body(masked, 'multipart/form-data; boundary="B"') == masked
    assert masked == (
        body.replace(b"\r\n\r\nabc\r\n", b"\r\n\r\nargot-masked\r\n")
        .replace(b"see " + KEY.encode(), b"see argot-masked")
        .replace(b'"me"', b'"x"')
        .replace(b'"you"', b'"x"')
    )


def test_binary_bodies_stay_whole() -> None:
    """Bytes that are no text are not touched."""
    body = b"\x89PNG\xff" + KEY.encode()
    assert Masker().body(body, "image/png") == body


def test_text_in_another_encoding_is_masked() -> None:
    """A text that is not UTF-8 loses its keys and keeps its bytes."""
    assert Masker().body(b"caf\xe9 " + KEY.encode(), "text/plain") == b"caf\xe9 argot-masked"


# Properties


def json_data(leaves: list[str], names: list[str]) -> st.SearchStrategy[object]:
    """Give JSON data; these leaves and names of members are in it more often than others."""
    scalars = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8)
    name = st.sampled_from(names) | st.text(max_size=4)
    return st.recursive(
        scalars | st.sampled_from(leaves),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(name, inner, max_size=4),
        max_leaves=12,
    )


JSON = json_data(
    [KEY, f"a {OTHER}\n", UUID, "me", f"https://x/?k=%20{KEY}"],
    ["user", "api_key", "text", "a", KEY],
)


@given(JSON, st.booleans(), st.sampled_from([None, 2]))
def test_json_is_masked_once_for_all(data: object, ascii_only: bool, indent: int | None) -> None:  # noqa: FBT001
    """Any JSON stays JSON, loses its keys, is masked by one pass, and passes the scan."""
    body = json.dumps(data, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
    rules = masker(*RULES)
    masked = rules.body(body, "application/json")
    json.loads(masked)
    assert rules.body(masked, "application/json") == masked
    assert KEY.encode() not in masked
    assert scan(masked.decode("utf-8", "surrogatepass")) == []


@given(json_data(["a/b"], ["a"]), st.booleans())
def test_masking_without_a_hit_changes_no_byte(data: object, ascii_only: bool) -> None:  # noqa: FBT001
    """A body in which no rule finds anything is the same bytes."""
    text = json.dumps(data, ensure_ascii=ascii_only, separators=(" ,", ":\t"))
    text = text.replace("/", "\\/")
    body = text.encode("utf-8", "surrogatepass")
    assert masker("body:$..nobody", "re:nobody[0-9]{4}").body(body, "") == body


@given(
    st.binary(),
    st.sampled_from(
        [
            "",
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/json",
            "application/x-www-form-urlencoded",
        ]
    ),
)
def test_no_body_makes_masking_stumble(body: bytes, content_type: str) -> None:
    """Any bytes are masked without an error, and once is enough."""
    rules = masker(*RULES)
    once = rules.body(body, content_type)
    assert rules.body(once, content_type) == once

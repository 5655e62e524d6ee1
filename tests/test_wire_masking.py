"""Masking: what is private or a credential is gone, everything else is byte by byte what it was.

Keys are put together from pieces, so that no scanner takes this file for a leak.
"""

from __future__ import annotations

import base64
import hashlib
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_argot.wire import json_text
from pytest_argot.wire.mask_rule import parse_rule
from pytest_argot.wire.masking import Masker
from pytest_argot.wire.secrets import scan

KEY = "sk" + "-proj-AbCdEfGh0123456789_ijklMNOP-qrstuvwx"
OTHER = "sk" + "-proj-ZyXwVuTs9876543210_ponmLKJI-hgfedcba"
ORGANISATION = "org" + "-abcdEFGHijklMNOP01234567"
PROJECT = "proj" + "_abcdEFGHijklMNOP01234567"
UUID = "123e4567-e89b-12d3-a456-426614174000"


def masker(*rules: str) -> Masker:
    return Masker([parse_rule(rule) for rule in rules])


def text_of(body: bytes | str, content_type: str = "application/json", *rules: str) -> str:
    """Mask a body, check that masking it again changes nothing, and decode it."""
    raw = body.encode() if isinstance(body, str) else body
    masked = masker(*rules).body(raw, content_type)
    assert masker(*rules).body(masked, content_type) == masked
    return masked.decode()


def hash_of(value: str) -> str:
    return "argot-" + hashlib.sha256(value.encode()).hexdigest()[:12]


# JSON


def test_json_keeps_its_spelling():
    """Only the masked value changes; numbers, escapes, layout and repeated keys stay."""
    body = '{ "a" : 1.0,\n\t"a": 1e999, "b":"\\u00e9\\/é", "user":"me" ,"c":[-0.10, NaN]}'
    masked = text_of(body, "application/json", "body:$.user")
    assert masked == body.replace('"me"', f'"{hash_of("me")}"')


@pytest.mark.parametrize(
    "content_type",
    ["application/json; charset=utf-8", "text/plain", "", "text/event-stream", "image/png"],
)
def test_json_is_masked_whatever_it_is_called(content_type: str):
    """A body that parses as JSON is masked as JSON."""
    assert text_of('{"user": "me"}', content_type, "body:$.user=x") == '{"user": "x"}'


def test_a_byte_order_mark_stays():
    """JSON behind a byte order mark is masked too."""
    body = b'\xef\xbb\xbf{"user": "me"}'
    assert text_of(body, "", "body:$.user=x") == '\ufeff{"user": "x"}'


@pytest.mark.parametrize(
    "spelled",
    [KEY, f"key: {KEY}.", f"line\\n{KEY}", f"\\u0073{KEY[1:]}", f"{KEY}\\u0020x", f"密钥{KEY}"],
)
def test_keys_are_found_behind_escapes(spelled: str):
    """A key in a JSON string is found however the string is spelled."""
    masked = text_of('{"a": ["%s"], "b": 1}' % spelled)
    assert KEY[1:] not in masked
    assert json.loads(masked)["a"][0] == json.loads(f'"{spelled}"').replace(KEY, "argot-masked")


def test_keys_are_found_in_names_of_members_and_in_nested_json():
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
def test_members_named_like_credentials_are_blanked(body: str, masked: str | None):
    """A member that can only be a credential is blanked; words with other uses are not."""
    assert text_of(body) == (masked or body)


def test_json_lines_are_masked_line_by_line():
    """Rules reach into every line of JSON lines."""
    body = '{"user": "a"}\r\n\n{"user": "b"}\n'
    assert text_of(body, "", "body:$.user=x") == '{"user": "x"}\r\n\n{"user": "x"}\n'


def test_deep_json_does_not_recurse():
    """A body of a hundred thousand brackets is masked or left, never an error."""
    body = "[" * 100_000 + f'"{KEY}"' + "]" * 100_000
    assert KEY not in text_of(body)
    assert text_of(body, "", "body:$..user") == body.replace(KEY, "argot-masked")


# Rules for bodies


def test_equal_values_mask_equally_and_different_ones_differently():
    """Without a text a value becomes its hash, on either side of a match."""
    masked = json.loads(text_of('[{"u":"a"},{"u":"b"},{"u":"\\u0061"}]', "", "body:$[*].u"))
    assert masked == [{"u": hash_of("a")}, {"u": hash_of("b")}, {"u": hash_of("a")}]


def test_the_hash_of_an_object_ignores_key_order_white_space_and_number_spelling():
    """What matches as JSON has the same hash."""
    one = text_of('{"u": {"a": 1, "b": [2.0]}}', "", "body:$.u")
    assert one == text_of('{"u": {"b":[2],"a":1.0}}', "", "body:$.u")
    assert one != text_of('{"u": {"b":[2],"a":1.5}}', "", "body:$.u")


def test_a_number_stays_a_number_if_the_text_is_one():
    """Masking a number with a number does not look like drift."""
    body = '{"created": 1763800000, "id": "7", "n": null}'
    assert (
        text_of(body, "", "body:$.created=1", "body:$.id=1", "body:$.n=1")
        == '{"created": 1, "id": "1", "n": null}'
    )
    assert text_of('{"created": 5}', "", "body:$.created=x") == '{"created": "x"}'


def test_an_object_is_replaced_whole():
    """A path that selects a container and values inside replaces the container once."""
    assert text_of('{"a": {"b": {"b": 1}}, "c": 2}', "", "body:$..b=x") == (
        '{"a": {"b": "x"}, "c": 2}'
    )


def test_patterns_apply_to_strings_and_numbers():
    """A pattern sees decoded strings; a number it changes into text becomes a string."""
    body = '{"id": "%s", "n": 491761234567, "m": 5}' % UUID
    assert text_of(body, "", "re:UUID=<uuid>", r"re:^49\d{10}$=<phone>") == (
        '{"id": "<uuid>", "n": "<phone>", "m": 5}'
    )


def test_a_hash_is_not_hashed_again_by_a_pattern():
    """Rules leave alone what masking has left, so that masking twice is masking once."""
    once = masker(r"re:[0-9a-f]{4,}").text("cafe and beef0123")
    assert once == f"{hash_of('cafe')} and {hash_of('beef0123')}"
    assert masker(r"re:[0-9a-f]{4,}").text(once) == once


def test_a_rule_added_later_fits_an_older_recording():
    """What an older masker wrote and a new one reads equals what the new one makes of the request."""
    body = json.dumps({"user": f"me {KEY} {UUID}", "n": 1}).encode()
    rules = ["re:UUID=<uuid>", "body:$.user", "body:$.n=2", "re:me=you"]
    for count in range(len(rules) - 1):
        recorded = masker(*rules[:count]).body(body, "")
        assert masker(*rules).body(recorded, "") == masker(*rules).body(body, "")


# Streams


def test_events_are_masked_and_every_other_byte_stays():
    """Comments, line ends, other fields and the last line without an end are kept."""
    stream = (
        ': ping\r\nevent: x\rdata:{"user":"me","text":"hi"}\r\n\r\n'
        'id: 1\ndata: {"text": "%s"}\nretry: 1\n\ndata: [DONE]\n\ndata: {"user"'
    )
    assert text_of(stream % KEY, "text/event-stream", "body:$.user=x") == (
        stream % "argot-masked"
    ).replace('"me"', '"x"')


def test_a_stream_is_masked_whatever_it_is_called():
    """An event stream labelled JSON is masked event by event."""
    assert text_of('data: {"user": "me"}\n\n', "application/json", "body:$.user=x") == (
        'data: {"user": "x"}\n\n'
    )


def test_data_of_several_lines_is_one_document():
    """JSON spread over data lines is masked as a whole, and its lines stay lines."""
    stream = 'data: {"user":\ndata:   "me",\ndata:  "o": {\ndata:   "p": 1}}\n\ndata: x\n\n'
    assert text_of(stream, "text/event-stream", "body:$.user=x") == stream.replace("me", "x")
    assert text_of(stream, "text/event-stream", "body:$.o=x") == (
        'data: {"user":\ndata:   "me",\ndata:  "o": "x"}\n\ndata: x\n\n'
    )


def test_a_key_streamed_in_pieces_is_masked():
    """A model that repeats a key token by token does not get it past the mask."""
    pieces = ["Your key: ", "sk", "-pro", "j-AbCdEf", "Gh0123456789", " is fine"]
    events = [
        {"id": "x", "choices": [{"index": index, "text": text}]}
        for text in pieces
        for index in (1, 0)
    ]
    stream = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    masked = text_of(stream, "text/event-stream")
    for index in (0, 1):
        texts = [
            event["choices"][0]["text"]
            for event in (json.loads(line[6:]) for line in masked.split("\n\n") if line)
            if event["choices"][0]["index"] == index
        ]
        assert texts == ["Your key: ", "argot-masked", "", "", "", " is fine"]


def test_a_stream_cut_inside_a_character_is_masked():
    """Bytes that are not UTF-8 stay as they came."""
    body = f'data: {{"a":"é {KEY}"}}\n\ndata: {{"a":"'.encode() + b"\xc3"
    masked = Masker().body(body, "text/event-stream")
    assert masked == body.replace(KEY.encode(), b"argot-masked")


# Other bodies


def test_forms_are_masked_by_name_and_shape():
    """Fields named like credentials are blanked, spelling of the others stays."""
    form = f"client_secret=abc&text=a+b%20c&x=key%3A+{KEY}&token=short&code=longenough&tenant=t"
    assert text_of(form, "application/x-www-form-urlencoded", "query:tenant=acme") == (
        "client_secret=argot-masked&text=a+b%20c&x=key%3A+argot-masked&token=short"
        "&code=argot-masked&tenant=acme"
    )


def test_text_parts_of_multipart_forms_are_masked():
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


def test_binary_bodies_stay_whole():
    """Bytes that are no text are not touched."""
    body = b"\x89PNG\xff" + KEY.encode()
    assert Masker().body(body, "image/png") == body


def test_text_in_another_encoding_is_masked():
    """A text that is not UTF-8 loses its keys and keeps its bytes."""
    assert Masker().body(b"caf\xe9 " + KEY.encode(), "text/plain") == b"caf\xe9 argot-masked"


# URLs


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("https://me:pw@api.example.com:8443/v1?n=1#top", "https://api.example.com:8443/v1?n=1#top"),
        ("https://x.com/v1?api-key=k&n=a%20b+c&n", "https://x.com/v1?api-key=argot-masked&n=a%20b+c&n"),
        ("https://x.com/v1?key=shortie&key=longenough", "https://x.com/v1?key=shortie&key=argot-masked"),
        ("https://x.com/v1?sig=a%2Bbcdefgh%3D&sp=r", "https://x.com/v1?sig=argot-masked&sp=r"),
        ("https://x.com/cb#access_token=abc&state=1", "https://x.com/cb#access_token=argot-masked&state=1"),
        (f"https://x.com/bot/{KEY}/send?q={KEY}", "https://x.com/bot/argot-masked/send?q=argot-masked"),
        (f"https://x.com/{ORGANISATION}/{PROJECT}", "https://x.com/argot-masked/argot-masked"),
        (f"https://x.com/?q=a%20%73{KEY[1:]}%0Ab", "https://x.com/?q=a+argot-masked%0Ab"),
        ("/v1/completions?access_token=", "/v1/completions?access_token="),
        ("http://[::1]:80/%zz?&=&a=%ff", "http://[::1]:80/%zz?&=&a=%ff"),
        ("data:text/plain,a%20b", "data:text/plain,a%20b"),
        ("", ""),
    ],
)  # fmt: skip
def test_urls_lose_credentials_and_keep_their_spelling(url: str, masked: str):
    """User info, credential parameters and keys go; the rest is left as it is written."""
    assert Masker().url(url) == masked
    assert Masker().url(masked) == masked


@pytest.mark.parametrize(
    ("rule", "url", "masked"),
    [
        ("host:*.azure.com=llm", "https://Me.openai.Azure.com:443/v1", "https://llm:443/v1"),
        ("host:*.azure.com=llm", "https://azure.com.evil/v1", "https://azure.com.evil/v1"),
        ("host:127.0.0.1:*=llm", "http://127.0.0.1:5123/v1", "http://llm/v1"),
        ("host:*.x", "https://a.x/", f"https://{hash_of('a.x')}/"),
        ("query:filter[user]=u", "/v1?filter%5Buser%5D=me", "/v1?filter%5Buser%5D=u"),
        ("query:tenant", "/v1?Tenant=a%20b", f"/v1?Tenant={hash_of('a b')}"),
        ("query:key", "/v1?key=longenough", f"/v1?key={hash_of('longenough')}"),
        ("re:UUID=<uuid>", f"https://x/{UUID}?q={UUID}", "https://x/%3Cuuid%3E?q=%3Cuuid%3E"),
    ],
)
def test_rules_apply_to_urls(rule: str, url: str, masked: str):
    """Hosts, parameters and patterns are replaced, encoded as their place needs it."""
    assert masker(rule).url(url) == masked
    assert masker(rule).url(masked) == masked


@given(st.text())
def test_no_url_makes_masking_stumble(url: str):
    """Any text is masked without an error, and once is enough."""
    once = masker("re:UUID=<uuid>", "host:*.x=y", "query:a").url(url)
    assert masker("re:UUID=<uuid>", "host:*.x=y", "query:a").url(once) == once


# Headers


@pytest.mark.parametrize(
    ("name", "value", "masked"),
    [
        ("authorization", "Bearer abc", "Bearer argot-masked"),
        ("authorization", "Basic dTpw", "Basic argot-masked"),
        ("authorization", 'Digest username="u", nonce="n"', "Digest argot-masked"),
        ("authorization", "s3cret with spaces", "argot-masked"),
        ("authorization", "", ""),
        ("x-api-key", "one, two", "argot-masked"),
        ("Api-Key", "abc", "argot-masked"),
        ("openai-organization", "acme", "argot-masked"),
        ("openai-project", PROJECT, "argot-masked"),
        ("helicone-auth", "Bearer abc", "Bearer argot-masked"),
        ("cookie", "a=1; b=2", "a=argot-masked; b=argot-masked"),
        ("set-cookie", "__cf_bm=x=y; Path=/; Secure", "__cf_bm=argot-masked; Path=/; Secure"),
        ("location", "https://u:p@x.com/?token=longenough", "https://x.com/?token=argot-masked"),
        ("sec-websocket-protocol", f"realtime, key.{KEY}, v1", "realtime, key.argot-masked, v1"),
        ("x-time-per-token", "0.1", "0.1"),
        ("x-ratelimit-remaining-tokens", "5", "5"),
        ("content-type", "application/json; charset=utf-8", "application/json; charset=utf-8"),
    ],
)
def test_headers_are_masked_by_name_and_shape(name: str, value: str, masked: str):
    """Credentials become a fixed text; scheme, cookie names and everything else stay."""
    assert Masker().headers({name: [value, value]}) == {name: [masked, masked]}
    assert Masker().headers({name: [masked]}) == {name: [masked]}


def test_any_key_matches_unless_a_rule_tells_keys_apart():
    """Credentials mask alike; a header rule with a hash keeps a bad key from matching a good one."""
    good, bad = {"authorization": [f"Bearer {KEY}"]}, {"authorization": [f"Bearer {OTHER}"]}
    assert Masker().headers(good) == Masker().headers(bad)
    hashing = masker("header:authorization")
    assert hashing.headers(good) != hashing.headers(bad)
    assert hashing.headers(hashing.headers(good)) == hashing.headers(good)


def test_header_rules_take_globs_and_follow_each_other():
    """A rule covers every header its glob matches; hosts in headers follow host rules."""
    headers = {"x-acme-a": ["1"], "x-acme-b": ["2"], "host": ["me.azure.com:1"]}
    assert masker("header:x-acme-*=x", "header:x-acme-b=y", "host:*.azure.com=h").headers(
        headers
    ) == {"x-acme-a": ["x"], "x-acme-b": ["y"], "host": ["h:1"]}


# Learned credentials and the screen

SECRET = "plain/se+cret=1"


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ({"authorization": [f"Bearer {SECRET}"]}, ""),
        ({"authorization": [SECRET]}, ""),
        ({"Api-Key": ["x", SECRET]}, ""),
        ({"cookie": [f"a=b; session={SECRET}"]}, ""),
        ({"x-api-key": [f"other, {SECRET}"]}, ""),
        ({"authorization": ["Basic " + base64.b64encode(f"u:{SECRET}".encode()).decode()]}, ""),
        ({}, "https://x.com/?key=" + quote(SECRET, safe="")),
        ({}, f"https://u:{quote(SECRET, safe='')}@x.com/"),
    ],
)
def test_what_a_request_carried_is_blanked_wherever_it_reappears(
    headers: dict[str, list[str]],
    url: str,
):
    """A credential without a known shape is learned from the request that used it."""
    learned = Masker().learning(headers, url)
    assert Masker().text(SECRET) == SECRET
    assert learned.text(f"no: {SECRET}.") == "no: argot-masked."
    assert learned.text("%2f".join(quote(SECRET, safe="").split("%2F"))) == "argot-masked"
    assert learned.url("/v1/" + quote(SECRET, safe="")) == "/v1/argot-masked"
    body = json.dumps({"m": f"bad key {SECRET}"}).replace("/", "\\/").replace("+", "\\u002B")
    assert learned.body(body.encode(), "") == b'{"m": "bad key argot-masked"}'
    assert learned.headers({"x": [SECRET]}) == {"x": ["argot-masked"]}


def test_what_is_learned_is_kept_and_nothing_short_or_public_is_learned():
    """Learning adds up; short values, schemes and organisations are not credentials."""
    learned = Masker(learned=["first-secret"]).learning(
        {"authorization": ["Bearer seven77"], "openai-organization": ["traceloop"]},
        "/?key=second-one",
    )
    text = "first-secret second-one seven77 Bearer traceloop"
    assert learned.text(text) == "argot-masked argot-masked seven77 Bearer traceloop"


def test_a_learned_word_is_not_cut_out_of_longer_words():
    """A key of a test that is a plain word is blanked as a word."""
    learned = Masker(learned=["computer"])
    assert learned.text("computer computers") == "argot-masked computers"


def test_a_learned_number_is_blanked_in_json():
    """A key of digits that re-appears as a JSON number is blanked too."""
    assert Masker(learned=["12345678"]).body(b'{"a": 12345678}', "") == b'{"a": "argot-masked"}'


def test_screen_output_is_masked():
    """Free text loses keys, also partly starred ones as OpenAI prints them."""
    text = (
        f"Incorrect API key provided: {KEY}. sk-proj-abc***xyz, sk-wrong****-key; "
        f"API key provided: not-a-r****key. GET https://u:pass1234word@x/ {ORGANISATION}"
    )
    assert masker("re:GET=POST").text(text) == (
        "Incorrect API key provided: argot-masked. argot-masked, argot-masked; "
        "API key provided: argot-masked. POST https://u:argot-masked@x/ argot-masked"
    )


def test_without_the_built_in_rules_only_own_rules_and_user_info_count():
    """builtin=False leaves keys and credential headers, never a password in a URL."""
    own = Masker([parse_rule("body:$.user=x")], builtin=False)
    assert own.text(KEY) == KEY
    assert own.headers({"authorization": ["Bearer a"]}) == {"authorization": ["Bearer a"]}
    assert own.url("https://u:p@x.com/?api_key=k") == "https://x.com/?api_key=k"
    assert own.body(b'{"user": "me", "api_key": "k"}', "") == b'{"user": "x", "api_key": "k"}'


# Properties

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from([KEY, f"a {OTHER}\n", UUID, "me", f"https://x/?k=%20{KEY}"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["user", "api_key", "text", "a", KEY]) | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
RULES = ("body:$..user", "re:UUID=<uuid>", "body:$.a[*]=x", "body:$.text", r"re:\bme\b")


@given(JSON, st.booleans(), st.sampled_from([None, 2]))
def test_json_is_masked_once_for_all(data: object, ascii_only: bool, indent: int | None):  # noqa: FBT001
    """Any JSON stays JSON, loses its keys, is masked by one pass, and passes the scan."""
    body = json.dumps(data, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
    rules = masker(*RULES)
    masked = rules.body(body, "application/json")
    json.loads(masked)
    assert rules.body(masked, "application/json") == masked
    assert KEY.encode() not in masked
    assert scan(masked.decode("utf-8", "surrogatepass")) == []


@given(JSON)
def test_masking_without_a_hit_changes_no_byte(data: object):
    """A body with nothing to mask is the same bytes, and every unmasked value is spelled the same."""
    text = json.dumps(data, ensure_ascii=False).replace(":", " :\t")
    raw = text.encode("utf-8", "surrogateescape") if text.isprintable() else b"{}"
    masked = masker("body:$.user").body(raw, "")
    before = list(json_text.values(raw.decode()))
    after = list(json_text.values(masked.decode()))
    assert len([v for v in after if v.kind == "number"]) <= len(before)
    if KEY not in text and OTHER not in text and "user" not in text and "api_key" not in text:
        assert masked == raw


@given(
    st.lists(
        st.sampled_from(["data: ", "\n", "\r\n", "\r", ":", "id: 1", KEY, '{"user":"me"}', "é"])
    )
)
def test_no_stream_makes_masking_stumble(parts: list[str]):
    """Any sequence of stream pieces is masked without an error, and once is enough."""
    body = ("data: x\n" + "".join(parts)).encode()
    rules = masker(*RULES)
    once = rules.body(body, "text/event-stream")
    assert rules.body(once, "text/event-stream") == once
    assert KEY.encode() not in once


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
def test_no_body_makes_masking_stumble(body: bytes, content_type: str):
    """Any bytes are masked without an error, and once is enough."""
    rules = masker(*RULES)
    once = rules.body(body, content_type)
    assert rules.body(once, content_type) == once

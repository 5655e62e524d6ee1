"""Masking: what is private or a credential is gone, in URLs, headers and on screen.

Keys are put together from pieces, so that no scanner takes this file for a leak.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_argot.wire.mask_rule import parse_rule
from pytest_argot.wire.masking import Masker
from pytest_argot.wire.secret_shape import MASKED
from tests.mask_material import KEY, OTHER, UUID, hash_of, masker

ORGANISATION = "org" + "-abcdEFGHijklMNOP01234567"
PROJECT = "proj" + "_abcdEFGHijklMNOP01234567"


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
def test_urls_lose_credentials_and_keep_their_spelling(url: str, masked: str) -> None:
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
def test_rules_apply_to_urls(rule: str, url: str, masked: str) -> None:
    """Hosts, parameters and patterns are replaced, encoded as their place needs it."""
    assert masker(rule).url(url) == masked
    assert masker(rule).url(masked) == masked


@given(st.text())
def test_no_url_makes_masking_stumble(url: str) -> None:
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
def test_headers_are_masked_by_name_and_shape(name: str, value: str, masked: str) -> None:
    """Credentials become a fixed text; scheme, cookie names and everything else stay."""
    assert Masker().headers({name: [value, value]}) == {name: [masked, masked]}
    assert Masker().headers({name: [masked]}) == {name: [masked]}


def test_any_key_matches_unless_a_rule_tells_keys_apart() -> None:
    """Credentials mask alike; a header rule with a hash keeps a bad key from matching a good one."""
    good, bad = {"authorization": [f"Bearer {KEY}"]}, {"authorization": [f"Bearer {OTHER}"]}
    assert Masker().headers(good) == Masker().headers(bad)
    hashing = masker("header:authorization")
    assert hashing.headers(good) != hashing.headers(bad)
    assert hashing.headers(hashing.headers(good)) == hashing.headers(good)


def test_header_rules_take_globs_and_follow_each_other() -> None:
    """A rule covers every header its glob matches; hosts in headers follow host rules."""
    headers = {"x-acme-a": ["1"], "x-acme-b": ["2"], "host": ["me.azure.com:1"]}
    assert masker("header:x-acme-*=x", "header:x-acme-b=y", "host:*.azure.com=h").headers(
        headers
    ) == {"x-acme-a": ["x"], "x-acme-b": ["y"], "host": ["h:1"]}


# Learned credentials and the screen

SECRET = "plain/se+cret=1"  # noqa: S105 - what a test would use


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
) -> None:
    """A credential without a known shape is learned from the request that used it."""
    learned = Masker().learning(headers, url)
    assert Masker().text(SECRET) == SECRET
    assert learned.text(f"no: {SECRET}.") == "no: argot-masked."
    assert learned.text("%2f".join(quote(SECRET, safe="").split("%2F"))) == "argot-masked"
    assert learned.url("/v1/" + quote(SECRET, safe="")) == "/v1/argot-masked"
    body = json.dumps({"m": f"bad key {SECRET}"}).replace("/", "\\/").replace("+", "\\u002B")
    assert learned.body(body.encode(), "") == b'{"m": "bad key argot-masked"}'
    assert learned.headers({"x": [SECRET]}) == {"x": ["argot-masked"]}


def test_what_is_learned_is_kept_and_nothing_short_or_public_is_learned() -> None:
    """Learning adds up; short values, schemes and organisations are not credentials."""
    learned = Masker(learned=["first-secret"]).learning(
        {"authorization": ["Bearer seven77"], "openai-organization": ["traceloop"]},
        "/?key=second-one",
    )
    text = "first-secret second-one seven77 Bearer traceloop"
    assert learned.text(text) == "argot-masked argot-masked seven77 Bearer traceloop"


def test_a_learned_word_is_not_cut_out_of_longer_words() -> None:
    """A key of a test that is a plain word is blanked as a word."""
    learned = Masker(learned=["computer"])
    assert learned.text("computer computers") == "argot-masked computers"


def test_a_learned_number_is_blanked_in_json() -> None:
    """A key of digits that re-appears as a JSON number is blanked too."""
    assert Masker(learned=["12345678"]).body(b'{"a": 12345678}', "") == b'{"a": "argot-masked"}'


def test_screen_output_is_masked() -> None:
    """Free text loses keys, also partly starred ones as OpenAI prints them."""
    text = (
        f"Incorrect API key provided: {KEY}. sk-proj-abc***xyz, sk-wrong****-key; "
        f"API key provided: not-a-r****key. GET https://u:pass1234word@x/ {ORGANISATION}"
    )
    assert masker("re:GET=POST").text(text) == (
        "Incorrect API key provided: argot-masked. argot-masked, argot-masked; "
        "API key provided: argot-masked. POST https://u:argot-masked@x/ argot-masked"
    )


def test_without_the_built_in_rules_only_own_rules_and_user_info_count() -> None:
    """builtin=False leaves keys and credential headers, never a password in a URL."""
    own = Masker([parse_rule("body:$.user=x")], builtin=False)
    assert own.text(KEY) == KEY
    assert own.headers({"authorization": ["Bearer a"]}) == {"authorization": ["Bearer a"]}
    assert own.url("https://u:p@x.com/?api_key=k") == "https://x.com/?api_key=k"
    assert own.body(b'{"user": "me", "api_key": "k"}', "") == b'{"user": "x", "api_key": "k"}'


# The documentation


def documented() -> list[tuple[str, str, str]]:
    """Read rule, before and after from the table of docs/masking.md, elided examples aside."""
    page = Path(__file__).parent.parent.joinpath("docs", "masking.md").read_text("utf-8")
    cells = [re.findall(r"`([^`]+)`", line) for line in page.splitlines() if line.startswith("| `")]
    return [(row[0], row[1], row[2]) for row in cells if len(row) == 3 and "…" not in "".join(row)]


@pytest.mark.parametrize(("rule", "before", "after"), documented())
def test_the_examples_of_the_documentation_hold(rule: str, before: str, after: str) -> None:
    """Every rule of the table does what the table says."""
    name, _, value = before.partition(": ")
    where = rule.partition(":")[0]
    if where == "header":
        assert masker(rule).headers({name: [value]}) == {name: [after.partition(": ")[2]]}
    elif where == "body":
        assert masker(rule).body(before.encode(), "") == after.encode()
    else:
        mask = masker(rule).text if where == "re" else masker(rule).url
        assert mask(before) == after


def test_the_documentation_has_examples_of_every_kind_of_rule() -> None:
    """The table is not read in vain."""
    assert {rule.partition(":")[0] for rule, _, _ in documented()} == {
        *("body", "header", "query", "host", "re"),
    }


ECHOED = "hunter2-open-sesame"
BODIES: list[tuple[str, bytes]] = [
    ("application/x-www-form-urlencoded", b"user=ada&password=hunter2-open-sesame&a=b"),
    ("application/json", b'{"a": [{"client_secret": "hunter2-open-sesame"}], "password": "x"}'),
    ("application/json; charset=utf-8", b'{"Authorization": "Bearer hunter2-open-sesame"}'),
    (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="api_key"\r\n\r\nhunter2-open-sesame\r\n--b--',
    ),
]


@pytest.mark.parametrize(("content_type", "body"), BODIES)
def test_credentials_in_a_body_are_learned(content_type: str, body: bytes) -> None:
    """What a body of a request carries under a telling name is blanked where an answer repeats it."""
    headers = {"content-type": [content_type]}
    learned = Masker().learning(headers, "https://x.com/", body)
    assert learned.text(f"you sent {ECHOED}, ada, x") == f"you sent {MASKED}, ada, x"
    assert learned.learning(headers, "https://x.com/", learned.body(body, content_type)) is learned

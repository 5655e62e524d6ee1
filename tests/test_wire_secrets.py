"""The last look before the disk: few misses, no false alarms.

Keys are put together from pieces, so that no scanner takes this file for a leak.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_argot.wire import secrets
from pytest_argot.wire.masking import Masker
from pytest_argot.wire.secrets import blank, scan, scanned, without

HEX = "0123456789abcdef"
ALNUM = "ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz23456789"
PEM = "PRIVATE " + "KEY-----"


def drawn(length: int, letters: str = ALNUM) -> str:
    """Draw letters the same way each time."""
    return "".join(letters[byte % len(letters)] for byte in noise(length))


def noise(length: int, start: int = 7) -> bytes:
    """Give bytes that look random and are the same each time."""
    blocks = (hashlib.sha256(b"%d %d" % (start, count)).digest() for count in range(length))
    return b"".join(itertools.islice(blocks, length // 32 + 1))[:length]


def encoded(data: object) -> str:
    """Encode a part of a JSON web token."""
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


KEYS = {
    "openai-key": "sk" + "-proj-" + drawn(40) + "_" + drawn(30) + "-" + drawn(20),
    "openai-key, service": "sk" + "-svcacct-" + drawn(60),
    "openai-key, old": "sk" + "-" + drawn(20) + "T3Blbk" + "FJ" + drawn(20),
    "anthropic-key": "sk" + "-ant-api03-" + drawn(80) + "-" + drawn(8) + "AA",
    "sk-key, hex": "sk" + "-" + drawn(32, HEX),
    "sk-key, openrouter": "sk" + "-or-v1-" + drawn(64, HEX),
    "openai-organization": "org" + "-" + drawn(24),
    "openai-project": "proj" + "_" + drawn(24),
    "openai-session": "sess" + "-" + drawn(40),
    "ephemeral-key": "ek" + "_" + drawn(32, HEX),
    "aws-key": "AKI" + "A" + drawn(16, "ABCDEFGHIJKLMNOP234567"),
    "google-key": "AI" + "za" + drawn(35, ALNUM + "_-"),
    "github-token": "gh" + "p_" + drawn(36),
    "github-token, fine": "github" + "_pat_" + drawn(22) + "_" + drawn(59),
    "slack-token": "xox" + "b-" + drawn(12, "123456789") + "-" + drawn(24),
    "hugging-face-token": "hf" + "_" + drawn(34),
    "groq-key": "gsk" + "_" + drawn(52),
    "gitlab-token": "gl" + "pat-" + drawn(20),
    "langsmith-key": "lsv2" + "_pt_" + drawn(32, HEX) + "_" + drawn(10, HEX),
    "azure-key": drawn(52) + "JQQ" + "J99" + drawn(26),
    "stripe-key": "sk" + "_live_" + drawn(24),
    "jwt": f"{encoded({'alg': 'HS256'})}.{encoded({'sub': 'someone'})}.{drawn(43)}",
    "private-key": f"-----BEGIN {PEM}\n{drawn(64)}\n{drawn(50)}\n-----END {PEM}",
    "starred-key": "sk" + "-proj-abc***xyz",
    "starred-key, no prefix": "Incorrect API key provided: not-a-r****key.",
    "bearer-token": "Bearer " + drawn(30),
    "basic-credentials": "Basic " + base64.b64encode(b"user:" + drawn(12).encode()).decode(),
    "url-credential": "https://blob.example.com/a.png?sp=r&sig=" + drawn(40) + "%3D",
    "url-password": "postgres://user:" + drawn(14, "abcdefgh23456789") + "@db.example.com/app",
}
NAMED = {
    "json": json.dumps({"client_secret": drawn(32)}),
    "nested json": json.dumps({"text": json.dumps({"api_key": drawn(32)})}),
    "env": "export AZURE_API_KEY=" + drawn(32, HEX),
    "yaml": f"x-api-key:\n      - {drawn(32, HEX)}\n",
    "quoted yaml": f'x-api-key:\n      - "{drawn(32, HEX)}"\n',
    "header": "Authorization: Custom " + drawn(32),
    "cookie": "Set-Cookie: __cf_bm=" + drawn(43) + "-1763800000; path=/",
    "query": "https://example.com/a?access_token=" + drawn(24),
    "secret token": "secret_token=" + drawn(24),
    "password": "password: " + drawn(20),
}
HARMLESS = {
    "prose": "The task-oriented risk-management desk-top asks: is the bearer of Basic instincts "
    "a secret agent? Password: see the manual, api_key=YOUR_API_KEY, token = next token.",
    "completion": json.dumps({"id": f"cmpl-{drawn(29)}", "object": "text_completion"}),
    "chat": f'"id":"chatcmpl-{drawn(29)}","system_fingerprint":"fp_{drawn(10, HEX)}"',
    "ids": " ".join(
        f"{prefix}{drawn(24)}"
        for prefix in ("resp_", "msg_", "call_", "toolu_", "file-", "asst_", "run_", "batch_")
    ),
    "request id": "x-request-id: req_" + drawn(32, HEX),
    "ray": "cf-ray: 95cd286d7b6a901d-BOS",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "git": "commit " + drawn(40, HEX),
    "digest": "sha256:" + drawn(64, HEX),
    "model": '"model": "ft:gpt-3.5-turbo-0613:acme::8a1b2c3d", "secret": "gpt-3.5-turbo-instruct"',
    "logprobs": '"token_logprobs": [-0.00012345678901234567, -1.2e-17], "token": " secret"',
    "image": "data:image/png;base64," + base64.b64encode(noise(60000, 3)).decode(),
    "url image": base64.urlsafe_b64encode(noise(60000, 4)).decode(),
    "hex": noise(20000, 5).hex(),
    "code": "api_key = os.environ['OPENAI_API_KEY']\nclient_secret=settings.client_secret_v2\n"
    "private_key = ed25519.Ed25519PrivateKey\npassword = base64.b16encode(raw)",
    "page": json.dumps({"next_page_token": drawn(40)}),
    "key file": f"-----BEGIN {PEM}\n...\n-----END {PEM}",
    "example": 'api_key="your-api-key-12345678", token: "xxxxxxxxxxxx1234"',
    "urls": "https://user@example.com:8080/a http://localhost:8000/v1?n=1 a://b:c@d",
    "markdown": "***bold*** and sk-***, key: ****",
    "percent": "100%25 sure, %7B%22a%22%3A1%7D",
}
SHORT = [text for text in HARMLESS.values() if len(text) < 500]


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize(
    "around", ["{}", "key={}&a=b", '"{}"', "é{}。", r"a\n{}", "%20{}", "see:{}, or", "{}\n"]
)
def test_keys_of_known_shape_are_found_and_blanked(name: str, around: str) -> None:
    """Every known shape is found whatever stands around it, and nothing is left after blanking."""
    text = around.replace("{}", KEYS[name])
    leaks = scan(text)
    assert [leak.rule for leak in leaks] == [name.partition(",")[0]]
    assert scan(blank(text, leaks)) == []


@pytest.mark.parametrize("name", NAMED)
def test_random_values_with_a_telling_name_are_found(name: str) -> None:
    """A random value is refused when it is called a key, token, password or cookie."""
    leaks = scan(NAMED[name])
    assert len(leaks) == 1
    assert scan(blank(NAMED[name], leaks)) == []


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_no_secret_is_not_found(name: str) -> None:
    """Prose, ids, hashes, images and examples raise no alarm, and masking leaves them alone."""
    assert scan(HARMLESS[name]) == []
    assert Masker().text(HARMLESS[name]) == HARMLESS[name]


def test_a_percent_encoded_key_is_found() -> None:
    """Escapes inside a key do not hide it."""
    key = "".join(f"%{ord(letter):02X}" for letter in KEYS["openai-key"][:30])
    (leak,) = scan(f"a {key} b")
    assert (leak.rule, leak.start, leak.end) == ("openai-key", 2, 2 + len(key))


def test_a_leak_says_where_it_is_and_not_what() -> None:
    """Line and column count from 1; the secret is in no field of the leak."""
    key = KEYS["openai-key"]
    text = f"a\n  bé {key}\n"
    (leak,) = scan(text)
    assert (leak.line, leak.column) == (2, 6)
    assert text[leak.start : leak.end] == key
    assert key not in repr(leak)


def test_a_leak_is_known_again_by_its_fingerprint() -> None:
    """The same value under the same rule has one fingerprint, wherever it stands; no other has."""
    first, second = "xK9mQ2vL7pR4tW8z", "aB3cD6eF1gH5iJ0k"
    (leak,) = scan(f"password: {first}")
    (again,) = scan(f"and\nagain password = {first} here")
    (other,) = scan(f"password: {second}")
    assert again.fingerprint == leak.fingerprint
    assert len(leak.fingerprint) == len(leak.fingerprint.strip("ghijklmnopqrstuvwxyz")) == 12
    assert other.fingerprint != leak.fingerprint
    assert scan(f"password: {first}", {leak.fingerprint}) == []
    assert scan(f"password: {second}", {leak.fingerprint}) == [other]


def test_leaks_come_in_order_and_do_not_overlap() -> None:
    """What two rules find at one place is one leak."""
    text = f"api_key={KEYS['github-token']} {KEYS['jwt']} Bearer {KEYS['jwt']}"
    leaks = scan(text)
    assert all(one.end <= two.start for one, two in itertools.pairwise(leaks))
    assert len(leaks) == 3


@given(
    st.lists(
        st.sampled_from([*KEYS.values(), *SHORT, " ", "\n", "-", "_", "%", "\\", "é"])
        | st.text(max_size=5),
        max_size=6,
    )
)
def test_blanking_leaves_nothing_to_find(parts: list[str]) -> None:
    """A scan of what blank gives is clean."""
    text = " ".join(parts)
    assert scan(blank(text, scan(text))) == []


@pytest.mark.parametrize("name", [*KEYS, *NAMED])
def test_a_text_in_parts_is_scanned_like_a_whole_one(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a text is cut, the same leaks are found at the same places, and blanked alike."""
    secret = {**NAMED, **KEYS}[name]
    room = len(secret) + 100
    monkeypatch.setattr(secrets, "_WINDOW", 3 * room)
    monkeypatch.setattr(secrets, "_ROOM", room)
    for place in range(0, 3 * room, 61):
        text = "é, a\n" * (place // 5) + f" {secret} " + "b c\n" * room
        cut = [text[start : start + 50] for start in range(0, len(text), 50)]
        leaks = scan(text)
        assert len(leaks) == 1
        assert list(scanned(cut)) == leaks
        assert "".join(without(cut, leaks)) == blank(text, leaks)


NAMES = ("api_key", "Client-Secret", "PASSWD", "credentials", "id-token", "subscription-key", "key")
QUOTES = ("", '"', "'", '\\"', "\\\\'", '\\\\\\"')
GAPS = (
    ":",
    "=",
    "=>",
    " : ",
    "\t=\t",
    ":" + " " * 30,
    " " * 90 + "=",
    ":\n  - ",
    ": \n    -\t",
    "-",
    "",
)
VALUES = (drawn(15), drawn(16), drawn(40), f"cookie={drawn(20)}", f"{drawn(20)} (", drawn(8))


@settings(deadline=None, max_examples=500)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "x", " ", "Cookie: a", "__cf_bm", "session_id"]),
            st.sampled_from(NAMES),
            st.sampled_from(QUOTES),
            st.sampled_from(GAPS),
            st.sampled_from(QUOTES),
            st.sampled_from(VALUES),
        ).map("".join),
        min_size=1,
        max_size=3,
    )
)
def test_the_sign_of_a_secret_is_in_each(parts: list[str]) -> None:
    """To look for a part of each match first finds no match less and no other one."""
    text = "".join(parts)
    for shape in secrets._CONTEXTS:  # noqa: SLF001 - the slow way is not public
        slow = replace(shape, sign=None)
        assert list(shape.found(text)) == list(slow.found(text))


@given(
    st.lists(
        st.sampled_from([*KEYS.values(), *SHORT, " ", "\n", ", ", '"', "é", "%20"])
        | st.text(max_size=5),
        max_size=6,
    )
)
def test_what_masking_leaves_the_scan_accepts(parts: list[str]) -> None:
    """The scan never refuses what the built-in masks have dealt with."""
    masked = Masker().text(" ".join(parts))
    assert scan(masked) == []
    assert Masker().text(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "sk-" * 20000,
        "eyJ" * 10000,
        "api_key=" * 10000,
        "%41" * 50000,
        "a" * 500000,
        "://a:" * 50000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    """Repeated beginnings of keys cost about their length, never its square."""
    assert scan(text) == []

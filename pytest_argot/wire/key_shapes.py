"""The shapes of keys: what OpenAI, its likes and the usual clouds hand out.

A shape is a fixed beginning and a run of key characters. Prefixes and lengths are those the
issuers document or that public secret scanners look for; lengths are lower bounds, so that a
longer key of tomorrow is still covered.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from pytest_argot.wire.secret_shape import Found, Shape, keyish

if TYPE_CHECKING:
    from collections.abc import Iterator

_PERCENT: Final = re.compile(r"%[0-9A-Fa-f]{2}[A-Za-z0-9_.~+/=&?:@%*-]*+")
# JSON encoders escape a slash (PHP) or "<", "+" and the like (Go, .NET) inside a key or URL.
_ESCAPED: Final = re.compile(r"\\(?:(/)|u(00[2-7][0-9A-Fa-f]))")
_URL_CHARACTERS: Final = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~+/=&?:@*-"
)
_URL_REACH: Final = 400


def present(text: str, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Give those of ``shapes`` that strings of the JSON ``text``, or the text itself, may have."""
    if not ("\\" in text or "%" in text or _is_likely_in(text)):
        return ()
    texts = [text, _ESCAPED.sub(lambda match: match[1] or chr(int(match[2], 16)), text)]
    texts.append(unquote(texts[1]))
    likely = [each for each in dict.fromkeys(texts) if shapes and _is_likely_in(each)]
    return tuple(shape for shape in shapes if any(map(shape.may_be_in, likely)))


def mask(text: str, shapes: tuple[Shape, ...]) -> str:
    """Replace every key of ``shapes`` (of ``SHAPES``) in ``text``, percent-encoded ones too."""
    if shapes and _is_likely_in(text):
        for shape in shapes:
            text = shape.mask(text)
    return _mask_encoded(text, shapes) if shapes and "%" in text else text


def _is_likely_in(text: str) -> bool:
    """Tell quickly whether any key can be in ``text``: most texts have none.

    Most beginnings of keys end in ``-`` or ``_``. What stands before these is looked at once,
    which is several times faster than to look for each beginning.
    """
    # Bytes, because a character may take four in a text. A loop, not any(): this runs for every
    # header, and a generator would double its time.
    data = text.encode("utf-8", "surrogatepass")
    for hint in _OTHER_HINTS:
        if hint in data:
            return True
    for mark, ends in _MARKED_HINTS:
        if mark in data and not ends.isdisjoint([part[-2:] for part in data.split(mark)]):
            return True
    return False


def _mask_encoded(text: str, shapes: tuple[Shape, ...]) -> str:
    parts: list[str] = []
    place = 0
    for start, end in percent_encoded(text):
        decoded = unquote(text[start:end])
        clear = decoded
        for shape in shapes if _is_likely_in(decoded) else ():
            clear = shape.mask(clear)
        if clear != decoded:
            encoded = quote(clear, safe=_URL_CHARACTERS, errors="surrogatepass")
            parts += (text[place:start], encoded)
            place = end
    return "".join((*parts, text[place:]))


def find(text: str, shapes: tuple[Shape, ...] | None = None) -> Iterator[Found]:
    """Give every key in ``text``, shape by shape; without ``shapes`` of every shape."""
    if _is_likely_in(text):
        for shape in SHAPES if shapes is None else shapes:
            yield from shape.found(text)


def percent_encoded(text: str) -> Iterator[tuple[int, int]]:
    """Give start and end of every run of URL characters that has a percent escape."""
    place = 0
    while match := _PERCENT.search(text, place):
        # Looked back from the escape, never forward to it: a long base64 run stays linear.
        before = text[max(place, match.start() - _URL_REACH) : match.start()]
        start = match.start() - len(before) + len(before.rstrip(_URL_CHARACTERS))
        place = match.end()
        yield start, place


def _prefixed(name: str, prefix: str, tail: str, *, glued: str = "") -> Shape:
    hint = prefix.replace("\\", "")
    return Shape(name, (hint,), re.compile(prefix + tail), glued)


def _basic(secret: str) -> bool:
    """Tell whether ``secret`` is the base64 of ``user:password``."""
    try:
        decoded = base64.b64decode(secret + "=" * (-len(secret) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return b":" in decoded and decoded.decode("utf-8", "replace").isprintable()


def _password(secret: str) -> bool:
    return keyish(unquote(secret))


def _starred(secret: str) -> bool:
    """Tell a key of which a part is shown from one that is all stars."""
    return any(map(str.isalnum, secret[3:]))


def _pem(secret: str) -> bool:
    """Tell a key from a text that only shows what a key file looks like."""
    return re.search(r"[A-Za-z0-9+/=]{40}", secret) is not None


def _aws(secret: str) -> bool:
    return secret.startswith("AKIA") or any(letter.isdigit() for letter in secret)


_TOKEN: Final = r"[A-Za-z0-9_-]"  # noqa: S105 - a character class
_END: Final = r"(?![A-Za-z0-9])"

# Whole keys come before the short beginnings they contain.
SHAPES: Final[tuple[Shape, ...]] = (
    Shape(
        "private-key",
        ("PRIVATE KEY",),
        re.compile(
            r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:[^-]|-(?!----)){40,20000}?"
            r"(?:-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----|\Z)",
        ),
        accepts=_pem,
    ),
    Shape(
        "starred-key",
        ("***",),
        re.compile(r"(?:[spr]k[-_]|gsk_|xai-|AIza)[A-Za-z0-9_-]{0,200}\*{3,}[A-Za-z0-9_*-]*+"),
        accepts=_starred,
    ),
    Shape(
        "starred-key",
        ("***",),
        re.compile(
            r"(?:[Kk]ey|[Tt]oken)(?: provided)?: "
            r"(?P<secret>[^\s*\"']{1,40}\*{3,}[^\s\"'\\]{0,200}?)(?=[.,;:)]*(?:[\s\"'\\]|\Z))",
        ),
    ),
    Shape(
        "openai-key",
        ("T3BlbkFJ",),
        re.compile(rf"sk-{_TOKEN}{{0,200}}?T3BlbkFJ{_TOKEN}{{8,400}}"),
        glued=None,
    ),
    # Glued to a word ("keysk-proj-...") only what cannot be one itself ("task-proj-x").
    Shape(
        "openai-key",
        ("sk-proj-", "sk-svcacct-"),
        re.compile(rf"sk-(?:proj|svcacct)-{_TOKEN}{{24,1000}}"),
        None,
        keyish,
    ),
    Shape(
        "anthropic-key",
        ("sk-ant-",),
        re.compile(rf"sk-ant-{_TOKEN}{{24,1000}}"),
        None,
        keyish,
    ),
    _prefixed("openai-key", r"sk-proj-", rf"{_TOKEN}{{8,1000}}"),
    _prefixed("openai-key", r"sk-svcacct-", rf"{_TOKEN}{{8,1000}}"),
    _prefixed("anthropic-key", r"sk-ant-", rf"{_TOKEN}{{8,1000}}"),
    Shape("sk-key", ("sk-",), re.compile(rf"sk-{_TOKEN}{{16,1000}}"), "-_", keyish),
    _prefixed("openai-session", r"sess-", rf"[A-Za-z0-9]{{32,200}}{_END}", glued="-_"),
    _prefixed("ephemeral-key", r"ek_", rf"[A-Za-z0-9]{{24,200}}{_END}", glued="-_"),
    _prefixed("openai-organization", r"org-", rf"[A-Za-z0-9]{{20,40}}{_END}", glued="-_"),
    _prefixed("openai-project", r"proj_", rf"[A-Za-z0-9]{{16,40}}{_END}", glued="-_"),
    Shape(
        "aws-key",
        ("AKIA", "ASIA"),
        re.compile(rf"A[KS]IA[0-9A-Z]{{16}}{_END}"),
        accepts=_aws,
    ),
    _prefixed("google-key", r"AIza", r"[A-Za-z0-9_-]{33,39}(?![A-Za-z0-9_-])"),
    _prefixed("google-token", r"ya29\.", rf"{_TOKEN}{{20,1000}}"),
    Shape(
        "github-token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        re.compile(r"gh[pousr]_[A-Za-z0-9]{30,255}"),
    ),
    _prefixed("github-token", r"github_pat_", r"[A-Za-z0-9_]{22,255}"),
    Shape("slack-token", ("xox",), re.compile(r"xox[abeoprs]-[A-Za-z0-9-]{10,300}")),
    _prefixed("slack-token", r"xapp-", r"[A-Za-z0-9-]{20,300}"),
    _prefixed("hugging-face-token", r"hf_", rf"[A-Za-z0-9]{{30,100}}{_END}", glued="-_"),
    _prefixed("groq-key", r"gsk_", rf"[A-Za-z0-9]{{20,200}}{_END}", glued="-_"),
    Shape(
        "gitlab-token",
        ("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-"),
        re.compile(rf"gl(?:pat|dt|rt|cbt|ptt)-{_TOKEN}{{20,300}}"),
    ),
    _prefixed("xai-key", r"xai-", rf"[A-Za-z0-9]{{40,200}}{_END}", glued="-_"),
    _prefixed("perplexity-key", r"pplx-", rf"[A-Za-z0-9]{{32,200}}{_END}"),
    _prefixed("replicate-token", r"r8_", rf"[A-Za-z0-9]{{30,100}}{_END}", glued="-_"),
    _prefixed("nvidia-key", r"nvapi-", rf"{_TOKEN}{{40,200}}"),
    _prefixed("langsmith-key", r"lsv2_", r"(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    _prefixed("pinecone-key", r"pcsk_", r"[A-Za-z0-9_]{30,200}"),
    _prefixed("cerebras-key", r"csk-", rf"[A-Za-z0-9]{{40,200}}{_END}", glued="-_"),
    _prefixed("together-key", r"tgp_v1_", rf"{_TOKEN}{{40,200}}"),
    _prefixed("fireworks-key", r"fw_", rf"[A-Za-z0-9]{{20,100}}{_END}", glued="-_"),
    _prefixed("anyscale-key", r"esecret_", r"[A-Za-z0-9]{20,100}"),
    _prefixed("tavily-key", r"tvly-", r"[A-Za-z0-9-]{20,100}"),
    _prefixed("databricks-token", r"dapi", rf"[0-9a-f]{{32}}(?:-\d)?{_END}"),
    Shape(
        "azure-key",
        ("JQQJ99",),
        re.compile(rf"[A-Za-z0-9]{{52}}JQQJ99[A-Za-z0-9]{{20,30}}{_END}"),
    ),
    Shape(
        "azure-storage-key",
        ("AccountKey=",),
        re.compile(r"AccountKey=(?P<secret>[A-Za-z0-9+/]{80,}={0,2})"),
    ),
    Shape(
        "stripe-key",
        ("_live_", "_test_"),
        re.compile(r"[spr]k_(?:live|test)_[A-Za-z0-9]{16,200}"),
    ),
    _prefixed("webhook-secret", r"whsec_", r"[A-Za-z0-9+/]{20,200}={0,2}"),
    _prefixed("sendgrid-key", r"SG\.", rf"{_TOKEN}{{16,64}}\.{_TOKEN}{{16,64}}"),
    _prefixed("npm-token", r"npm_", rf"[A-Za-z0-9]{{36}}{_END}"),
    _prefixed("pypi-token", r"pypi-", rf"{_TOKEN}{{50,1000}}"),
    _prefixed("digitalocean-token", r"dop_v1_", r"[0-9a-f]{64}"),
    Shape("telegram-token", (":AA",), re.compile(rf"\d{{8,10}}:AA{_TOKEN}{{33}}{_END}")),
    _prefixed(
        "jwt",
        r"eyJ",
        rf"{_TOKEN}{{8,4000}}\.eyJ{_TOKEN}{{8,8000}}(?:\.{_TOKEN}{{0,4000}})?",
    ),
    Shape(
        "bearer-token",
        ("earer", "EARER"),
        re.compile(
            r"(?:[Bb]earer|BEARER)(?: +|%20|\+)(?P<secret>[A-Za-z0-9._~+/-]{16,4000}={0,2})"
        ),
        accepts=keyish,
    ),
    Shape(
        "basic-credentials",
        ("asic ",),
        re.compile(r"[Bb]asic +(?P<secret>[A-Za-z0-9+/]{12,1000}={0,2})"),
        accepts=_basic,
    ),
    Shape(
        "url-credential",
        ("=",),
        re.compile(
            r"[?&](?i:api[_-]?key|(?:access|refresh|id)_token|client_secret|password|sig|signature|"
            r"subscription-key|x-(?:amz|goog)-(?:signature|security-token))"
            r"=(?P<secret>[A-Za-z0-9%+/=_.~-]{16,4000})",
        ),
        None,
        keyish,
    ),
    Shape(
        "url-password",
        ("://",),
        re.compile(
            r"[A-Za-z][A-Za-z0-9+.]{1,20}://[^\s/?#@:\"'<>\\]{0,100}"
            r":(?P<secret>[^\s/?#@\"'<>\\]{8,200})@",
        ),
        accepts=_password,
    ),
)

_ALL_HINTS: Final = {hint for shape in SHAPES for hint in shape.hints}
_HINTS: Final = tuple(
    hint for hint in sorted(_ALL_HINTS) if not any(each in hint for each in _ALL_HINTS - {hint})
)
_MARKS: Final = (b"-", b"_")
_MARKED_HINTS: Final = tuple(
    (mark, frozenset(hint.encode()[-3:-1] for hint in _HINTS if hint.encode().endswith(mark)))
    for mark in _MARKS
)
_OTHER_HINTS: Final = tuple(hint.encode() for hint in _HINTS if hint[-1].encode() not in _MARKS)

"""The parts of a URL and of a form, changed one by one and otherwise left as they are spelled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from pytest_argot.wire import name_glob

if TYPE_CHECKING:
    from collections.abc import Callable

# RFC 3986, appendix B: matches any text, so that nothing a server sends can raise.
_URL: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*:)?(?P<authority>//(?P<netloc>[^/?#]*))?"
    r"(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<fragment>#.*)?",
    re.DOTALL,
)
_PORT: Final = re.compile(r"(?P<host>.*?)(?P<port>:[0-9]*)?", re.DOTALL)
_IN_PATH: Final = "!$&'()*+,;=:@"
_FORM: Final = re.compile(r"[\w.%+*~\[\]-]+=[^\s&=]*(?:&[\w.%+*~\[\]-]+=[^\s&=]*)*")


def map_url(
    url: str,
    *,
    text: Callable[[str], str],
    pair: Callable[[str, str], str],
    host: Callable[[str], str],
) -> str:
    """Apply ``text`` to the path, ``pair`` to parameters, ``host`` to host and port.

    User name and password are dropped. ``pair`` gets a parameter's name and value and gives the
    value; all are decoded before and encoded again if they changed.
    """
    parts = _URL.fullmatch(url)
    if parts is None:  # cannot be: every group may be empty
        return text(url)
    netloc = parts["netloc"]
    bare = (netloc or "").rpartition("@")[2]
    authority = "" if netloc is None else "//" + (host(bare) if bare else "")
    path = "/".join(_recoded(segment, text, safe=_IN_PATH) for segment in parts["path"].split("/"))
    query = parts["query"] or ""
    fragment = parts["fragment"] or ""
    return "".join(
        (
            parts["scheme"] or "",
            authority,
            path,
            query[:1] + map_pairs(query[1:], text=text, pair=pair),
            fragment[:1] + map_pairs(fragment[1:], text=text, pair=pair),
        ),
    )


def map_pairs(
    form: str,
    *,
    text: Callable[[str], str],
    pair: Callable[[str, str], str],
) -> str:
    """Apply ``text`` to the names and ``pair`` to the values of ``a=1&b=2``."""
    if not form:
        return form
    return "&".join(_map_pair(field, text, pair) for field in form.split("&"))


def looks_like_form(text: str) -> bool:
    """Tell whether ``text`` is ``a=1&b=2`` from end to end."""
    return _FORM.fullmatch(text) is not None


def with_host(netloc: str, pattern: str, replacement: Callable[[str], str]) -> str:
    """Replace the host of ``netloc`` if ``pattern`` (lower case, ``*``) matches it.

    A pattern with a port is compared with host and port, and replaces both.
    """
    split = _PORT.fullmatch(netloc.lower())
    host, port = (split["host"], split["port"] or "") if split else (netloc.lower(), "")
    if re.search(r":[0-9*]+\Z", pattern):
        host, port = host + port, ""
    return replacement(host) + port if name_glob.matches(host, pattern) else netloc


def _map_pair(
    field: str,
    text: Callable[[str], str],
    pair: Callable[[str, str], str],
) -> str:
    name, equals, value = field.partition("=")
    if not equals:
        return _recoded(field, text, plus=True)
    known = unquote_plus(name)
    clear = _recoded(value, lambda decoded: pair(known, decoded), plus=True)
    return _recoded(name, text, plus=True) + equals + clear


def _recoded(
    raw: str,
    change: Callable[[str], str],
    *,
    plus: bool = False,
    safe: str = "",
) -> str:
    decoded = unquote_plus(raw) if plus else unquote(raw)
    changed = change(decoded)
    if changed == decoded:
        return raw
    recode = quote_plus if plus else quote
    return recode(changed, safe=safe, errors="surrogatepass")


def private_parts(url: str) -> tuple[str, list[tuple[str, str]]]:
    """Give user name and password (``user:password``) and the decoded parameters of ``url``."""
    parts = _URL.fullmatch(url)
    netloc = (parts["netloc"] or "") if parts else ""
    query = (parts["query"] or "")[1:] if parts else ""
    pairs = [field.partition("=") for field in query.split("&")]
    return (
        unquote(netloc.rpartition("@")[0]),
        [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs],
    )

"""Credentials by name, in headers, parameters, forms and JSON, and what is left of them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from pytest_argot.wire.secret_shape import MASKED, PLACEHOLDER

_SCHEME: Final = re.compile(
    r"(?P<scheme>(?i:bearer|basic|digest|token|apikey|negotiate|aws4-hmac-sha256|hawk|mac)) +\S",
)

_SEPARATORS: Final = re.compile(r"[\s_-]+")

# Organisation and project are no credentials, but tell whose they are.
_HEADERS: Final = frozenset(
    {
        "apikey",
        "authorization",
        "cookie",
        "cookie2",
        "openaiorganization",
        "openaiproject",
        "proxyauthorization",
        "setcookie",
        "token",
        "xgoogapikey",
        "anthropicorganizationid",
    },
)
_HEADER_ENDS: Final = (
    "apikey",
    "applicationkey",
    "accesskey",
    "subscriptionkey",
    "functionskey",
    "rapidapikey",
    "authorization",
    "password",
    "secret",
    "signature",
    "auth",
    "accesstoken",
    "apitoken",
    "authtoken",
    "bearertoken",
    "csrftoken",
    "gitlabtoken",
    "idtoken",
    "privatetoken",
    "refreshtoken",
    "securitytoken",
    "sessiontoken",
    "subscriptiontoken",
    "usertoken",
    "vaulttoken",
    "xsrftoken",
    "xtoken",
)
_COOKIES: Final = frozenset({"cookie", "cookie2", "setcookie"})
_OWNERS: Final = frozenset({"openaiorganization", "openaiproject", "anthropicorganizationid"})

_PRIVATE: Final = frozenset(
    {
        "accesskey",
        "accesstoken",
        "accountkey",
        "apikey",
        "apisecret",
        "apitoken",
        "authorization",
        "authtoken",
        "awssecretaccesskey",
        "awssessiontoken",
        "bearertoken",
        "clientassertion",
        "clientsecret",
        "idtoken",
        "passphrase",
        "passwd",
        "password",
        "privatekey",
        "proxyauthorization",
        "refreshtoken",
        "secretaccesskey",
        "secretkey",
        "sessiontoken",
        "xapikey",
    },
)
_PARAMETERS: Final = _PRIVATE | {
    "awsaccesskeyid",
    "jwt",
    "ocpapimsubscriptionkey",
    "pwd",
    "secret",
    "sessionid",
    "signature",
    "subscriptionkey",
    "xamzcredential",
    "xamzsecuritytoken",
    "xamzsignature",
    "xgoogcredential",
    "xgoogsignature",
}
_MEMBER_ENDS: Final = (
    b'key"',
    b'token"',
    b'secret"',
    b'passwd"',
    b'password"',
    b'passphrase"',
    b'authorization"',
    b'assertion"',
)
# Words with other uses (?key=colour, ?code=de): credentials only when long enough to be one.
_AMBIGUOUS: Final = frozenset({"auth", "code", "key", "session", "sig", "token"})
SHORTEST: Final = 8
"""Length from which a value may be a credential, in characters."""


def _plain(name: str) -> str:
    return _SEPARATORS.sub("", name.lower())


@lru_cache(maxsize=512)  # the same few dozen names, message after message
def is_header(name: str) -> bool:
    """Tell whether the header ``name`` carries a credential or says whose it is."""
    plain = _plain(name)
    return plain in _HEADERS or plain.endswith(_HEADER_ENDS)


def is_owner(name: str) -> bool:
    """Tell whether the header ``name`` holds an organisation or project, not a credential."""
    return _plain(name) in _OWNERS


@lru_cache(maxsize=512)
def is_cookie(name: str) -> bool:
    """Tell whether the header ``name`` is a cookie header."""
    return _plain(name) in _COOKIES


def is_parameter(name: str, value: str) -> bool:
    """Tell whether a query parameter or form field is a credential."""
    plain = _plain(name)
    return plain in _PARAMETERS or (plain in _AMBIGUOUS and len(value) >= SHORTEST)


def is_member(name: str) -> bool:
    """Tell whether a member of a JSON object is a credential; no name that has other uses."""
    return _plain(name) in _PRIVATE


def may_contain(text: str) -> bool:
    """Tell quickly whether JSON may have a member named like a credential."""
    lower = text.encode("utf-8", "surrogatepass").lower()  # a character may take four in a text
    for end in _MEMBER_ENDS:  # noqa: SIM110 - a generator would double the time
        if end in lower:
            return True
    return False


def blank(value: str) -> str:
    """Blank a credential; the scheme stays, and so does the hash a rule left."""
    if not value or PLACEHOLDER.fullmatch(value):
        return value
    scheme = _SCHEME.match(value)
    return f"{scheme['scheme']} {MASKED}" if scheme else MASKED


def blank_cookies(name: str, value: str) -> str:
    """Blank the values of cookies; names and the attributes of ``Set-Cookie`` stay."""
    pairs = value.split(";")
    masked = 1 if name == "set-cookie" else len(pairs)
    return ";".join(_cookie(pair) if place < masked else pair for place, pair in enumerate(pairs))


def _cookie(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if not equals:
        return MASKED if name.strip() else pair
    return f"{name}={MASKED}" if value.strip() else pair


def without_scheme(value: str) -> str:
    """Give the credential in the value of an ``Authorization`` header."""
    scheme = _SCHEME.match(value)
    return (value[scheme.end("scheme") :] if scheme else value).strip()

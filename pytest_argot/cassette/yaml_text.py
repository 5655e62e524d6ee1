r"""Text as YAML scalars that libyaml and PyYAML's own parser read back character by character.

Which characters survive where was measured on libyaml 0.2.5 and PyYAML 6.0.3: a literal block
turns CR and CRLF into LF and cannot hold NUL; NEL, U+2028 and U+2029 count as line breaks in some
parsers; C1 and U+FFFF are refused unescaped. Inside double quotes, escaped, everything survives
but lone surrogates, which UTF-8 cannot spell: they become U+FFFD.
"""

from __future__ import annotations

import base64
import re
from typing import Final, cast

_NOT_LITERAL: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]"
)
_LITERAL_ASCII: Final = bytes([9, 10, *range(32, 127)])
_ESCAPED: Final = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]')
_LINE_START: Final = re.compile(r"\n(?!\n|\Z)")
_SHORT: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*\Z")
_RESERVED: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
BINARY: Final = "!!binary |"
_ONE_BYTE: Final = 0x100
# YAML 1.1 allows 1024 characters before the colon of a simple key; an escape takes up to six.
_LONGEST_SIMPLE_KEY: Final = 128


def quoted(text: str) -> str:
    """Give ``text`` as a double-quoted scalar on one line."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def key(name: str, indent: int) -> str:
    """Give ``name`` as the key of a mapping indented by ``indent``, colon included."""
    if is_bare(name):
        return f"{name}:"
    if len(name) <= _LONGEST_SIMPLE_KEY:
        return f"{quoted(name)}:"
    return f"? {quoted(name)}\n{' ' * indent}:"


def is_bare(word: str) -> bool:
    """Tell whether ``word`` can stand unquoted and is still a text to every YAML parser."""
    return (
        len(word) <= _LONGEST_SIMPLE_KEY
        and _BARE.match(word) is not None
        and word.lower() not in _RESERVED
    )


def body(data: bytes, indent: int) -> str:
    """Give ``data`` as the value after ``key:``, continuation lines indented by ``indent``.

    ``indent`` counts spaces and is two more than the key's. A literal block where the text
    survives one, else double quotes with one line of the file per line of text, ``!!binary``
    for what is not UTF-8.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return f"{BINARY}{binary(data, indent)}"
    if not text or text.isspace():
        return quoted(text)
    if not is_literal(data, text):
        return f'"{folded(text, indent)}"'
    trimmed = text.rstrip("\n")
    ends = len(text) - len(trimmed)
    return literal_head(text[0], ends) + literal(trimmed, indent) + "\n" * (ends - 1)


def is_literal(data: bytes, text: str) -> bool:
    """Tell whether a text survives a literal block; ``data`` is its UTF-8."""
    if text[-1] in " \t" or " \n" in text or "\t\n" in text:
        return False  # editors and commit hooks strip spaces at the end of a line
    return is_plain(data)


def is_plain(data: bytes) -> bool:
    """Tell whether there are only characters that a literal block may hold."""
    if data.isascii():
        return not data.translate(None, _LITERAL_ASCII)
    try:
        return not _NOT_LITERAL.search(data.decode())
    except UnicodeDecodeError:
        return False


def literal_head(first: str, ends: int) -> str:
    """Give what stands before a literal block, by its first character and its last line ends."""
    # Without a digit the parser would guess the indentation from the first line.
    digit = "2" if first in " \t\n" else ""
    chomping = ("-", "")[ends] if ends < 2 else "+"  # noqa: PLR2004 - none, one, or more
    return f"|{digit}{chomping}"


def literal(text: str, indent: int) -> str:
    """Give lines of a literal block, each behind a line end; empty lines stay empty."""
    margin = "\n" + " " * indent
    spread = f"\n{text}"
    blank = "\n\n" in spread or text[-1:] == "\n"
    return _LINE_START.sub(margin, spread) if blank else spread.replace("\n", margin)


def folded(text: str, indent: int) -> str:
    """Give the inside of a double-quoted scalar, a line of the file for each line of ``text``."""
    lines = [_ESCAPED.sub(_escape, line) for line in text.split("\n")]
    ended = [f"{line}\\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    # A line break that is escaped swallows the spaces after it, so the first one is escaped too.
    rest = ["\\" + line if line[0] == " " else line for line in ended[1:]]
    return ("\\\n" + " " * indent).join([*ended[:1], *rest])


def binary(data: bytes, indent: int) -> str:
    """Give lines of base64, each behind a line end."""
    margin = "\n" + " " * indent
    lines = base64.encodebytes(data).decode("ascii").rstrip("\n")
    return margin + lines.replace("\n", margin)


def flow(value: object) -> str:
    """Give a text, a whole number or a list of them on one line; the reader undoes it.

    ``TypeError`` for anything else.
    """
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, cast("list[object]", value))) + "]"
    raise TypeError(f"{type(value).__name__} has no place in a cassette")


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    short = _SHORT.get(character)
    if short is not None:
        return short
    code = ord(character)
    if "\ud800" <= character <= "\udfff":
        code = 0xFFFD
    return f"\\x{code:02x}" if code < _ONE_BYTE else f"\\u{code:04x}"

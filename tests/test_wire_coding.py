"""Coded bodies are undone by what their bytes say, and left alone where header and bytes differ."""

from __future__ import annotations

import gzip
import importlib
import sys
import zlib
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_argot.wire import coding
from pytest_argot.wire.coding import decode, undecoded

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = '{"id": "cmpl-1", "text": "üüü"}'.encode() * 3
BROTLI = (
    b"\x1be\x00\xf8\x9d\x07\xb6\x8d2?m\x92+\x82gN\x82r[\xea\x97\xb7\xb0\x98\xa7AP0,\x08\xc3"
    b"\x9e>xC'@\xe2\xac\x88!\xbaY\x03\xf2\xdc\xed\x81Q\xf3\x15H\xe27"
)
ZSTD = b'(\xb5/\xfd f=\x01\x00\xf0{"id": "cmpl-1", "text": "\xc3\xbc"}\x02\x00Q\x14bZ\x9d\x13'
OPTIONAL = ("brotli", "brotlicffi", "compression.zstd", "backports.zstd", "zstandard")
BODIES = st.binary() | st.text().map(str.encode) | st.just(TEXT)


def raw_deflate(body: bytes) -> bytes:
    """Deflate without the zlib wrapper."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


class FakeStream:
    """Stands in for a brotli or zstd decompressor: the stream is gzip behind four bytes."""

    def __init__(self) -> None:
        self.magic = 4
        self.inner = zlib.decompressobj(31)

    def process(self, piece: bytes) -> bytes:
        """Take a piece of the stream."""
        skipped = min(self.magic, len(piece))
        self.magic -= skipped
        try:
            return self.inner.decompress(piece[skipped:])
        except zlib.error as error:
            raise FakeError from error

    decompress = process

    def is_finished(self) -> bool:
        """Tell whether the stream is at its end."""
        return self.inner.eof

    @property
    def eof(self) -> bool:
        """The same as an attribute, as zstd modules have it."""
        return self.inner.eof

    @property
    def unused_data(self) -> bytes:
        """What was given behind the end."""
        return self.inner.unused_data


class FakeError(Exception):
    """What the stand-in raises on bytes that are no stream."""


def without_modules(patch: pytest.MonkeyPatch) -> None:
    """Make every optional module look as if it were not installed."""
    for name in OPTIONAL:
        patch.setitem(sys.modules, name, None)


def with_fake(patch: pytest.MonkeyPatch, name: str) -> None:
    """Install a stand-in for one of the optional modules, and none of the others."""
    without_modules(patch)
    module = ModuleType(name)
    module.Decompressor = module.ZstdDecompressor = FakeStream  # type: ignore[attr-defined]
    module.error = module.ZstdError = FakeError  # type: ignore[attr-defined]
    patch.setitem(sys.modules, name, module)


def zstd_like(body: bytes) -> bytes:
    """Code a body as the stand-in for zstd undoes it."""
    return b"\x28\xb5\x2f\xfd" + gzip.compress(body, mtime=0)


def brotli_like(body: bytes) -> bytes:
    """Code a body as the stand-in for brotli undoes it."""
    return b"\xff\xff\xff\xff" + gzip.compress(body, mtime=0)


@settings(deadline=None)
@example(b"\x9c\x12\x00", "")
@given(
    BODIES,
    st.sampled_from(["", "gzip", "GZIP", "x-gzip", "br", "identity", "gzip,", " , nonsense"]),
)
def test_gzip_is_known_by_its_bytes(body: bytes, header: str) -> None:
    """A gzip body is undone whatever the header says."""
    assert decode(gzip.compress(b"x" + body), header) == b"x" + body


@settings(deadline=None)
@given(st.text().map(str.encode), st.sampled_from(["", "deflate", "gzip", "Deflate"]))
def test_zlib_is_known_by_its_bytes(body: bytes, header: str) -> None:
    """So is a deflate body in its zlib wrapper."""
    assert decode(zlib.compress(b"x" + body), header) == b"x" + body


@settings(deadline=None)
@given(st.text(min_size=1).map(str.encode))
def test_raw_deflate_is_undone_when_the_header_says_so(body: bytes) -> None:
    """Deflate without its wrapper has no signature, so the header decides."""
    coded = raw_deflate(b"some text " + body)
    assert decode(coded, "deflate") == b"some text " + body
    assert decode(coded, "gzip") == coded


@settings(deadline=None)
@given(
    st.text(alphabet='{}[]":, \n0123456789atrue'),
    st.sampled_from(["gzip", "deflate", "zstd", "gzip, br"]),
)
def test_a_header_that_lies_changes_nothing(text: str, header: str) -> None:
    """A plain body stays as it is whatever coding it is said to have."""
    assert decode(text.encode(), header) == text.encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x\x01",
        b"x\x9c",
        b"\x1f\x8b",
        b"\x1f\x8b\x08",
        b"\x28\xb5\x2f\xfd",
        b"x\x9cjunk",
        b"\x1f\x8bjunk of some length",
    ],
)
@pytest.mark.parametrize("header", ["", "gzip", "deflate", "zstd", "br"])
def test_bytes_that_only_look_coded_stay(body: bytes, header: str) -> None:
    """A signature with nothing readable behind it is no coding."""
    assert decode(body, header) == body


def test_a_corrupt_body_stays_as_it_came() -> None:
    """A body whose checksum is wrong is not half-decoded."""
    coded = gzip.compress(TEXT)
    corrupt = coded[:-8] + b"\0\0\0\0" + coded[-4:]
    assert decode(corrupt, "gzip") == corrupt


@pytest.mark.parametrize("name", ["gzip", "zlib"])
def test_a_body_that_was_cut_off_gives_its_beginning(name: str) -> None:
    """What was received of a stream is readable although the end never came.

    gzip is known by its bytes; zlib's two bytes are believed only with the header.
    """
    pack = gzip.compress if name == "gzip" else zlib.compress
    lines = b"".join(b"data: %d\n\n" % number for number in range(5000))
    coded = pack(lines)
    beginning = decode(coded[: len(coded) // 2], "" if name == "gzip" else "deflate")
    assert len(beginning) > 10_000
    assert lines.startswith(beginning)
    assert decode(coded[:-1], "" if name == "gzip" else "deflate") == lines


def test_every_gzip_member_counts() -> None:
    """Members follow each other, and zeros or junk behind the last are padding."""
    two = gzip.compress(b"one ") + gzip.compress(b"two")
    assert decode(two) == decode(two + b"\0\0") == decode(two + b"junk") == b"one two"
    assert decode(gzip.compress(b"")) == b""


def test_a_stack_is_peeled_to_the_body() -> None:
    """Codings are undone from the outside in, with the header or without it."""
    coded = gzip.compress(zlib.compress(gzip.compress(TEXT)))
    assert decode(coded) == decode(coded, "gzip, deflate, gzip") == TEXT
    assert decode(gzip.compress(raw_deflate(TEXT)), "deflate, gzip") == TEXT
    assert decode(gzip.compress(raw_deflate(TEXT)), "deflate, gzip, br") == TEXT


def test_one_name_accounts_for_one_coding() -> None:
    """A name in the header is spent once a coding was undone for it."""
    inner = raw_deflate(TEXT)
    assert decode(zlib.compress(inner), "deflate") == inner
    assert decode(zlib.compress(inner), "deflate, deflate") == TEXT


def test_at_most_four_layers_are_peeled() -> None:
    """Deeper stacks keep the rest, so that no body is peeled for ever."""
    coded = TEXT
    for _ in range(5):
        coded = gzip.compress(coded)
    assert gzip.decompress(decode(coded)) == TEXT


@pytest.mark.parametrize(
    "name", ["gzip", "gzip, in parts", "zlib", "raw", "br", "zstd", "zstd, in parts"]
)
def test_a_bomb_is_an_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that would decode to more than the limit is refused; one at the limit is not."""
    with_fake(monkeypatch, "brotli" if name == "br" else "backports.zstd")
    monkeypatch.setattr(coding, "MAX_DECODED", 10_000)
    packers: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress,
        "gzip, in parts": lambda body: gzip.compress(body[:4000]) + gzip.compress(body[4000:]),
        "zlib": zlib.compress,
        "raw": raw_deflate,
        "br": brotli_like,
        "zstd": zstd_like,
        "zstd, in parts": lambda body: zstd_like(body[:4000]) + zstd_like(body[4000:]),
    }
    pack = packers[name]
    header = {"raw": "deflate", "br": "br"}.get(name, "")
    assert decode(pack(b"x" * 10_000), header) == b"x" * 10_000
    with pytest.raises(ValueError, match=r"^the body decodes to more than 10,000 bytes$"):
        decode(pack(b"x" * 10_001), header)


@pytest.mark.parametrize("module", ["brotli", "brotlicffi"])
def test_brotli_is_undone_when_the_header_says_so(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Brotli has no signature: without the header, or with a lie in it, the body stays."""
    with_fake(monkeypatch, module)
    coded = brotli_like(TEXT)
    assert decode(coded, "br") == decode(coded, "gzip, br") == TEXT
    assert decode(coded) == decode(coded, "gzip") == coded
    assert decode(TEXT, "br") == TEXT
    assert decode(gzip.compress(brotli_like(TEXT)), "br, gzip") == TEXT
    assert undecoded(coded, "br") == ""


@pytest.mark.parametrize("module", ["compression.zstd", "backports.zstd", "zstandard"])
def test_zstd_is_known_by_its_bytes(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any of the zstd modules will do; frames follow each other, junk behind them is dropped."""
    with_fake(monkeypatch, module)
    coded = zstd_like(TEXT)
    assert decode(coded) == decode(coded, "gzip") == decode(coded + b"junk") == TEXT
    assert decode(coded + zstd_like(b"more")) == TEXT + b"more"
    assert decode(coded[:8] + b"\0" * 40) == coded[:8] + b"\0" * 40
    assert decode(coded[:8]) == coded[:8]
    assert undecoded(coded) == ""


def test_without_a_module_the_coding_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that nothing installed can undo stays, and ``undecoded`` says what it is."""
    without_modules(monkeypatch)
    assert decode(ZSTD) == ZSTD
    assert decode(BROTLI, "br") == BROTLI
    assert undecoded(ZSTD) == "zstd"
    assert undecoded(BROTLI, "gzip, BR") == "br"
    assert undecoded(BROTLI) == undecoded(TEXT, "br") == undecoded(b"", "br") == ""


@pytest.mark.parametrize("module", OPTIONAL)
def test_the_real_modules_are_understood(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bodies of real encoders are undone with each module that is installed."""
    pytest.importorskip(module, exc_type=ImportError)
    real = importlib.import_module(module)
    without_modules(monkeypatch)
    monkeypatch.setitem(sys.modules, module, real)
    coded, header = (BROTLI, "br") if "brotli" in module else (ZSTD, "zstd")
    assert decode(coded, header) == TEXT
    assert decode(coded[:5] + b"\xff" * 40, header) == coded[:5] + b"\xff" * 40

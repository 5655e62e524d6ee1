"""YAML is read alike with libyaml and without."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_argot.cassette import yaml_events
from pytest_argot.errors import CassetteCorrupt
from tests.cassette_texts import OURS, THEIRS, read, refused

if TYPE_CHECKING:
    import random
    from pathlib import Path

DAMAGE = [b"", b"\n", b"- ", b": ", b"[", b'"', b"&a ", b"*a ", b"!x ", b"\xc3", b"\\U"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    chance=st.randoms(use_true_random=False),
    text=st.sampled_from([OURS, THEIRS]),
    pure=st.booleans(),
)
def test_damage_never_surprises(
    tmp_path: Path, chance: random.Random, text: str, *, pure: bool
) -> None:
    """A cassette with random damage loads or is refused, with libyaml and without."""
    data = bytearray(text.encode())
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        data[at : at + chance.choice([0, 1, 20])] = chance.choice(DAMAGE)
    with pytest.MonkeyPatch.context() as patch:
        if pure:
            patch.setattr(yaml_events, "_LOADER", yaml.SafeLoader)
        with contextlib.suppress(CassetteCorrupt):
            read(tmp_path, bytes(data))


@pytest.mark.parametrize("text", [OURS, THEIRS])
def test_reads_without_libyaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """PyYAML built without libyaml reads the same."""
    fast = read(tmp_path, text)
    monkeypatch.setattr(yaml_events, "_LOADER", yaml.SafeLoader)
    assert read(tmp_path, text) == fast
    assert "Uffff" not in refused(tmp_path, b'a: "\\Uffffffff"').fix

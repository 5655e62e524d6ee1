"""The file of known things: reading, applying, writing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from pytest_argot.drift.finding import Finding, Level
from pytest_argot.drift.known import accept, accept_secrets, accept_variants, read
from pytest_argot.drift.known_file import Known
from pytest_argot.errors import ArgotError, Misuse
from tests.drift_material import body, drop, interaction, judged, put

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 22)


def one(change: object = None) -> Finding:
    """Give one finding."""
    (finding,) = judged(interaction(body(change or drop("id"))))  # type: ignore[arg-type]
    return finding


def several() -> Finding:
    """Give one finding with two parts."""
    path = ("choices", 0, "finish_reason")
    (finding,) = judged(*(interaction(body(put(*path, to=word))) for word in ("eos", "abort")))
    return finding


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of known things of a project."""
    return tmp_path / "cassettes" / "argot-accepted.toml"


def test_no_file_knows_nothing(file: Path) -> None:
    """Without a file nothing is accepted."""
    assert read(file).apply([one()]) == (one(),)


def test_accepted_finding(file: Path) -> None:
    """What is accepted is marked so, wherever it turns up; nothing else is."""
    assert accept(file, [one()], "vendor is told") == (one().fingerprint,)
    known = read(file)
    other = one(drop("model"))
    assert [each.accepted for each in known.apply([one(), other])] == [True, False]
    assert known.unseen([other]) == tuple(known.drifts.values())
    assert known.unseen([one()]) == known.expired([one()]) == ()


def test_every_part_is_accepted(file: Path) -> None:
    """A finding of two values is accepted value by value, so that one of them may go."""
    accept(file, [several()], "known")
    known = read(file)
    assert set(known.drifts) == set(several().parts)
    assert known.apply([several()])[0].accepted
    alone = one(put("choices", 0, "finish_reason", to="eos"))
    assert known.apply([alone])[0].accepted


def test_a_new_part_is_not_accepted(file: Path) -> None:
    """A value that joins an accepted one is drift."""
    accept(file, [one(put("choices", 0, "finish_reason", to="eos"))], "known")
    assert not read(file).apply([several()])[0].accepted


def test_expired_acceptance(file: Path) -> None:
    """On its last day an acceptance holds; after it the finding is an error that says so."""
    finding = one(put("x", to=1))
    accept(file, [finding], "until the release", TODAY)
    known = read(file)
    assert known.apply([finding], TODAY)[0].accepted
    later = date(2026, 11, 23)
    (back,) = known.apply([finding], later)
    assert (back.accepted, back.level) == (False, Level.ERROR)
    assert "2026-11-22" in back.fixes[0]
    assert "until the release" in back.fixes[0]
    assert known.expired([finding], later) == tuple(known.drifts.values())
    assert known.expired([], later) == ()


def test_writing_keeps_what_is_there(file: Path) -> None:
    """Comments, order and foreign formatting stay; nothing is there twice."""
    accept(file, [one()], "first")
    text = file.read_text()
    edited = text.replace('reason = "first"', "reason = 'first'  # ask Ann")
    file.write_text("# top\n" + edited + "\n# bottom\n")
    assert accept(file, [one(), one(drop("model"))], "first", None) == (
        one(drop("model")).fingerprint,
    )
    written = file.read_text()
    assert written.startswith("# top\n")
    assert "# ask Ann" in written
    assert "# bottom" in written
    assert written.count("[[drift]]") == 2
    assert written.index(one().fingerprint) < written.index(one(drop("model")).fingerprint)


def test_accepting_again_changes_the_entry(file: Path) -> None:
    """The new reason and end replace the old ones of the same entry."""
    accept(file, [one()], "first", TODAY)
    assert accept(file, [one()], "second") == ()
    (entry,) = read(file).drifts.values()
    assert (entry.reason, entry.until) == ("second", None)


def test_false_alarms_stand_beside_drift(file: Path) -> None:
    """A false alarm of the secret scan is harmless until its last day; drift stays as it was."""
    accept(file, [one()], "first")
    rules = {"0123456789ab": "named-secret", "0123456789ac": "cookie"}
    assert accept_secrets(file, rules, "test data", TODAY) == tuple(rules)
    assert accept_secrets(file, {"0123456789ac": "cookie"}, "for good") == ()
    known = read(file)
    assert known.harmless(TODAY) == rules.keys()
    assert known.harmless(date(2026, 11, 23)) == {"0123456789ac"}
    assert known.apply([one()])[0].accepted
    assert "path" not in file.read_text().partition("[[secret]]")[2]
    with pytest.raises(Misuse, match="reason"):
        accept_secrets(file, rules, "")


def test_failing_variants_stand_beside_drift(file: Path) -> None:
    """A variant is known by its whole node id, until its last day; drift stays as it was."""
    accept(file, [one()], "first")
    test = "test_it.py::test_it[usage=absent]"
    (fingerprint,) = accept_variants(file, [test], "free plans", TODAY)
    known = read(file)
    entry = Known(fingerprint, "variant", test, "free plans", TODAY)
    assert known.failing_variant(test, TODAY) == entry
    assert known.failing_variant(test, TODAY + timedelta(1)) is None
    assert known.failing_variant("test_it.py::test_it[usage=null]", TODAY) is None
    assert known.apply([one()])[0].accepted
    with pytest.raises(Misuse, match="reason"):
        accept_variants(file, [test], " ")


def test_no_reason(file: Path) -> None:
    """Nothing is accepted without a reason, and nothing written."""
    with pytest.raises(Misuse, match="reason"):
        accept(file, [one()], " ")
    assert not file.exists()


ENTRY = '[[drift]]\nfingerprint = "0123456789ab"\nkind = "k"\npath = "p"\nreason = "r"\n'
BROKEN: list[tuple[str, str, str]] = [
    ("x = \n", ":1", "TOML"),
    (ENTRY + "[[drift]\n", ":6", "TOML"),
    ("[[drifts]]\n", "", "drifts"),
    ("drift = 5\n", "", "list of tables"),
    ("drift = [5]\n", "", "list of tables"),
    (ENTRY + "\n" + ENTRY, ":7", "twice"),
    (ENTRY.replace("0123456789ab", "xyz"), ":1", "12 hex digits"),
    (ENTRY.replace('reason = "r"', 'reason = ""'), ":1", "reason"),
    (ENTRY.replace('kind = "k"', "kind = 5"), ":1", "kind"),
    (ENTRY.replace('path = "p"\n', ""), ":1", "path"),
    ("# c\n\n" + ENTRY + 'until = "soon"\n', ":3", "until"),
    (ENTRY + "until = 2026-11-22T10:00:00Z\n", ":1", "until"),
    (ENTRY + "level = 1\n", ":1", "level"),
    ("# c\n" + ENTRY.replace("drift", "variant"), ":2", "0123456789ab is not that of path 'p'"),
]


@pytest.mark.parametrize(("text", "line", "said"), BROKEN)
def test_broken_file(file: Path, text: str, line: str, said: str) -> None:
    """A file that cannot be trusted is refused with its line, and never overwritten."""
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(Misuse, match=said) as caught:
        read(file)
    assert caught.value.where == f"{file}{line}"
    with pytest.raises(Misuse):
        accept(file, [one()], "why")
    assert file.read_text() == text


def test_file_that_cannot_be_read(file: Path) -> None:
    """A folder in the file's place is an error of ours."""
    file.mkdir(parents=True)
    with pytest.raises(ArgotError):
        read(file)


def test_not_utf8(file: Path) -> None:
    """A file that is not UTF-8 is refused."""
    file.parent.mkdir()
    file.write_bytes(b"\xff")
    with pytest.raises(Misuse, match="TOML"):
        read(file)

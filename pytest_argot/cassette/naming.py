"""Where a cassette lies: names that are safe on every file system, and never shared by accident.

The rules for names are those of Windows, which has the strictest: see "Naming Files, Paths, and
Namespaces" in the Win32 documentation.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from pytest_argot.errors import Misuse

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX: Final = ".yaml"
REJECTED: Final = ".rejected"
LONGEST: Final = 200
HASH_DIGITS: Final = 8
_SHOWN: Final = 80

_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.,=+@-]+")


def named(root: Path, name: str) -> Path:
    """Give the file of the cassette ``name`` under ``root``: ``"a/b"`` is ``root/a/b.yaml``.

    A name that ends in ``.yaml`` is taken as it is. ``Misuse`` for a name that is empty,
    absolute, leaves ``root`` (``..`` or a symbolic link), holds a character or a device name some
    file system refuses, ends in ``.rejected``, or has a part of more than ``LONGEST`` bytes.
    """
    stem = name.removesuffix(SUFFIX)
    parts = stem.split("/")
    problem = _problem(stem, parts)
    if problem:
        raise _refused(name, problem)
    path = root.joinpath(*parts[:-1], parts[-1] + SUFFIX)
    try:
        inside = path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):
        inside = False  # a loop of links
    if not inside:
        raise _refused(name, f"it leads out of {root} through a symbolic link")
    return path


def unnamed(root: Path, module: str, qualname: str, test_id: str | None) -> Path:
    """Give the file of a test that names no cassette.

    ``module`` is the path of the test module from the settings' folder, with ``/`` and with or
    without ``.py``; ``qualname`` is ``test_x`` or ``Class.test_x``; ``test_id`` what pytest puts
    between the brackets. The result is ``root/<module>/<qualname>[<test_id>].yaml``. Where that
    would not be safe, or a file system that ignores case could take it for another test's, its
    parts are made safe and eight hexadecimal digits of a hash over the three are added. Capitals
    do without it only in a class called ``Test`` and one more word, ``TestHaiku``.
    """
    folders = [part for part in module.removesuffix(".py").split("/") if part]
    stem = qualname if test_id is None else f"{qualname}[{test_id}]"
    safe = [_safe(part) for part in folders]
    file = _safe(qualname)
    if test_id is not None:
        file += f"[{_safe(test_id) if test_id else ''}]"
    regular = (
        safe == folders
        and file == stem
        and _has_no_twin(folders, qualname, test_id or "")
        and len(file) + len(SUFFIX) <= LONGEST
    )
    if not regular:
        file = f"{file[: LONGEST - len(SUFFIX) - HASH_DIGITS - 1]}-{_hash(module, stem)}"
    return root.joinpath(*safe, file + SUFFIX)


def _problem(name: str, parts: list[str]) -> str:
    """Say what is wrong with a name, ``""`` if nothing is."""
    if not name:
        return "it is empty"
    if name.startswith("/") or re.match("[A-Za-z]:", name):
        return "it is absolute"
    return next((problem for part in parts if (problem := _problem_of_part(part))), "")


def _problem_of_part(part: str) -> str:
    if part in {"", ".", ".."}:
        return f"{part!r} is not allowed between its slashes"
    if bad := _FORBIDDEN.search(part):
        return f"the character {bad.group()!a} is not allowed"
    if part[-1] in ". ":
        return f"the part {ascii(part)[:_SHOWN]} ends in a dot or a space"
    if part.casefold().endswith(REJECTED):
        return f"names that end in {REJECTED} belong to rejected recordings"
    if _DEVICE.match(part):
        return f"{part!r} is a device on Windows"
    return _problem_of_bytes(part)


def _problem_of_bytes(part: str) -> str:
    try:
        length = len((part + SUFFIX).encode())
    except UnicodeEncodeError:
        return "it holds half of a surrogate pair"
    return f"a part of it is longer than {LONGEST} bytes" if length > LONGEST else ""


def _refused(name: str, problem: str) -> Misuse:
    return Misuse(
        f"{ascii(name)[:_SHOWN]} cannot be the name of a cassette: {problem}",
        fix='use a relative name with forward slashes, like "haiku" or "poems/haiku"',
    )


def _safe(part: str) -> str:
    """Give a part with nothing a file system or a shell could stumble over."""
    safe = _UNSAFE.sub("-", part).rstrip(".")[: LONGEST - len(SUFFIX)] or "_"
    if _DEVICE.match(safe) or safe.casefold().endswith(REJECTED):
        return f"{safe}_"
    return safe


def _has_no_twin(folders: list[str], qualname: str, test_id: str) -> bool:
    """Tell whether no other test's file can differ from this one by capitals only."""
    *classes, function = qualname.split(".")
    plain = [*folders, function, test_id]
    return all(part == part.lower() for part in plain) and all(map(_is_usual, classes))


def _is_usual(class_name: str) -> bool:
    """Tell whether, of all names that differ by capitals, this is the one that needs no hash."""
    lower = class_name.lower()
    if lower.startswith("test"):
        return class_name == f"Test{lower[4:5].upper()}{lower[5:]}"
    return class_name == lower


def _hash(module: str, stem: str) -> str:
    whole = f"{module.removesuffix('.py')}\0{stem}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(whole).hexdigest()[:HASH_DIGITS]

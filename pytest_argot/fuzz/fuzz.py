"""What a test asks for when it asks for fuzzing: ``Fuzz``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Final

from pytest_argot.errors import Misuse
from pytest_argot.fuzz.selector import Selector
from pytest_argot.settings.checks import is_list, is_table

FAMILIES: Final = ("valid", "content", "observed", "drift", "stream", "http")
"""The families of variants, the gentlest first."""

Errors = type[BaseException] | tuple[type[BaseException], ...]
"""What ``except`` takes."""

_FORMS: Final = 'use True, a selector, a list of selectors, or Fuzz("usage.*", families={"valid"})'


class Fuzz:
    """A fuzz plan: which parts of the recorded response are varied, and how.

    ``selectors`` (``choices[*].finish_reason``, ``choices[0]``, ``usage.*``, ``**``, ``!…``) name
    the fields that are changed; none means all. A selector stands for the value it names and all
    below it. They say nothing about the families ``stream`` and ``http``, which concern the
    answer as a whole; changes of a whole body need no selector or ``**``. ``families`` are some of
    ``FAMILIES``. ``limit``: how many variants, the likeliest first, beside the recorded answer.
    ``search``: how many combinations of variants to try, ``seed`` where to begin. ``raises``: what
    the test may raise under a variant that is not valid. ``expect``: what it must raise under the
    variant a key describes, ``choices[*].finish_reason=content_filter`` or an id.

    ``Misuse`` for an unknown family, a negative number, a selector that cannot be read and for
    anything but exceptions in ``raises`` and ``expect``.
    """

    __slots__ = ("expect", "families", "limit", "raises", "search", "seed", "selectors")

    selectors: tuple[str, ...]
    families: frozenset[str]
    limit: int
    search: int
    seed: int
    raises: tuple[type[BaseException], ...]
    expect: Mapping[str, tuple[type[BaseException], ...]]

    def __init__(  # noqa: PLR0913 - each is a word of the contract
        self,
        *selectors: str,
        families: Collection[str] = ("valid",),
        limit: int = 24,
        search: int = 0,
        seed: int = 0,
        raises: Errors = (),
        expect: Mapping[str, Errors] | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "selectors", tuple(Selector.parse(each).text for each in selectors))
        put(self, "families", _families(families))
        put(self, "limit", _count("limit", limit))
        put(self, "search", _count("search", search))
        put(self, "seed", _count("seed", seed))
        put(self, "raises", _exceptions("raises", raises))
        put(self, "expect", _expected({} if expect is None else expect))

    @classmethod
    def of(cls, given: object) -> Fuzz | None:
        """Read the option ``fuzz``: ``True``, a selector, a list of them or a ``Fuzz``.

        ``None`` for ``None`` and ``False``; ``Misuse`` for anything else.
        """
        if given is None or given is False:
            return None
        if given is True:
            return cls()
        if isinstance(given, cls):
            return given
        if isinstance(given, str):
            return cls(given)
        if is_list(given) and given:
            return cls(*given)
        raise Misuse(f"fuzz = {given!r} is not allowed", fix=_FORMS)

    @property
    def parsed(self) -> tuple[Selector, ...]:
        """The selectors, read."""
        return tuple(map(Selector.parse, self.selectors))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Fuzz does not change: cannot set {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Fuzz does not change: cannot delete {name}")

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (self.selectors, self._options())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fuzz) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash((self.selectors, self.families, self.limit, self.search, self.seed))

    def __repr__(self) -> str:
        words = [repr(each) for each in self.selectors]
        plain = Fuzz()
        for name, value in self._options().items():
            if value != getattr(plain, name):
                words.append(f"{name}={_spelled(value)}")
        return f"Fuzz({', '.join(words)})"

    def _options(self) -> dict[str, Any]:
        names = ("families", "limit", "search", "seed", "raises", "expect")
        options: dict[str, Any] = {name: getattr(self, name) for name in names}
        return options | {"expect": dict(self.expect)}

    def _values(self) -> tuple[Any, ...]:
        return (self.selectors, *self._options().values())


def _remade(selectors: tuple[str, ...], options: Mapping[str, Any]) -> Fuzz:
    return Fuzz(*selectors, **options)


def _spelled(value: Any) -> str:
    """Write a value as the call would."""
    if is_list(value):
        names: list[str] = [each.__name__ for each in value]
        return names[0] if len(names) == 1 else f"({', '.join(names)})"
    if isinstance(value, frozenset):
        ordered = [each for each in FAMILIES if each in value]
        return f"{{{', '.join(map(repr, ordered))}}}"
    if is_table(value):
        pairs: list[str] = [f"{key!r}: {_spelled(errors)}" for key, errors in value.items()]
        return f"{{{', '.join(pairs)}}}"
    return repr(value)


def _families(given: Any) -> frozenset[str]:
    names: Any = (given,) if isinstance(given, str) else given
    if not isinstance(names, Collection) or isinstance(names, bytes) or not names:
        raise Misuse(f"families = {given!r} is not allowed", fix=f"use some of: {_known()}")
    several: list[Any] = [*names]
    for name in several:
        if name not in FAMILIES:
            raise Misuse(f"there is no fuzz family {name!r}", fix=f"use some of: {_known()}")
    return frozenset(several)


def _known() -> str:
    return ", ".join(FAMILIES)


def _count(name: str, value: Any) -> int:
    if type(value) is not int or value < 0:
        raise Misuse(f"{name} = {value!r} is not allowed", fix="use a whole number from 0")
    return value


def _exceptions(name: str, given: Any) -> tuple[type[BaseException], ...]:
    kinds: tuple[Any, ...] = tuple(given) if is_list(given) else (given,)
    for kind in kinds:
        if not isinstance(kind, type) or not issubclass(kind, BaseException):
            raise Misuse(f"{name} = {kind!r} is no exception class", fix="use exception classes")
    return kinds


def _expected(given: Any) -> Mapping[str, tuple[type[BaseException], ...]]:
    if not is_table(given):
        raise Misuse(
            f"expect = {given!r} is not allowed",
            fix='use {"choices[*].finish_reason=content_filter": SomeError}',
        )
    table: dict[str, tuple[type[BaseException], ...]] = {}
    for key, errors in given.items():
        if not isinstance(key, str) or not key:
            raise Misuse(f"expect has the key {key!r}", fix="use texts like usage=absent")
        table[key] = _exceptions(f"expect[{key!r}]", errors)
    return MappingProxyType(table)

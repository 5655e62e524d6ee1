"""The decorator: a pytest marker with a checked signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

import pytest

MARKER = "argot_cassette"
SIGNATURE = (
    "argot_cassette(*names, record, model, chunk_model, dialect, match_on, mask, fail_on, levels, "
    "fuzz, allow_repeats, allow_unplayed, passthrough, record_errors, pace): record the test's "
    "completion responses once, replay them from then on, and judge them by their response model"
)

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from pytest_argot.cassette.interaction import Request
    from pytest_argot.fuzz.fuzz import Fuzz

    Decorated = TypeVar("Decorated", bound=Callable[..., object] | type)

    class CassetteMarker(pytest.MarkDecorator):
        """What type checkers see: a decorator that keeps the test's signature."""

        @overload  # type: ignore[override]
        def __call__(self, test: Decorated, /) -> Decorated: ...

        @overload
        def __call__(
            self,
            *names: str,
            record: str | None = ...,
            model: Any = ...,
            chunk_model: Any = ...,
            dialect: str | None = ...,
            match_on: Sequence[str | Callable[[Request], Hashable]] | None = ...,
            mask: Sequence[str] | None = ...,
            fail_on: str | None = ...,
            levels: Mapping[str, str] | None = ...,
            fuzz: Fuzz | str | Sequence[str] | bool | None = ...,
            allow_repeats: bool | None = ...,
            allow_unplayed: bool | None = ...,
            passthrough: Sequence[str] | None = ...,
            record_errors: bool | None = ...,
            pace: str | None = ...,
        ) -> pytest.MarkDecorator: ...

        def __call__(self, *args: Any, **kwargs: Any) -> Any: ...  # pyright: ignore[reportIncompatibleMethodOverride]  # noqa: D102 - overloaded above

    argot_cassette: CassetteMarker
else:
    argot_cassette = pytest.mark.argot_cassette

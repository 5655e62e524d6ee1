"""Which response model judges which interaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from pytest_argot.drift.response_model import ResponseModel, build, imported
from pytest_argot.errors import Misuse
from pytest_argot.models.dialects import dialect as find_dialect

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_argot.cassette.interaction import Request
    from pytest_argot.settings import RouteSetting, Settings

DEFAULT_DIALECT = "openai"
OTHER_COMPLETIONS = ("/chat/completions", "/fim/completions")
"""Endings of paths that look like the completions API and are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The response models of some requests.

    ``match``: the pattern it was found by. ``body`` judges a whole 2xx response, ``chunk`` an event
    of a stream, ``error`` every other response; ``None``: nothing judges it. ``dialect``: the
    completions dialect whose stream rules apply, ``""`` for another API. ``ends_with_done``:
    whether its streams end with ``[DONE]``. ``constant``: the keys with one value throughout a
    stream.
    """

    match: str
    body: ResponseModel | None
    chunk: ResponseModel | None
    error: ResponseModel
    dialect: str = ""
    ends_with_done: bool = False
    constant: tuple[str, ...] = ()

    def fits(self, request: Request) -> bool:
        """Tell whether the pattern matches ``METHOD URL`` (the URL without query)."""
        return fnmatchcase(f"{request.method.upper()} {without_query(request.url)}", self.match)


class Routes:
    """The routes of the settings, then the default one, and what a test says about its own.

    Holds the validators, each built once.
    """

    def __init__(self) -> None:
        self._built: dict[int, ResponseModel] = {}
        self._routes: tuple[Route, ...] = ()
        self._default = self._of_dialect("POST */completions", DEFAULT_DIALECT)
        self._change: Callable[[Route], Route] | None = None
        self._unrouted = Route(match="*", body=None, chunk=None, error=self._default.error)

    @classmethod
    def build(
        cls,
        settings: Settings,
        *,
        model: Any = None,
        chunk_model: Any = None,
        dialect: str | None = None,
    ) -> Routes:
        """Build the routes of a test.

        The three options replace, each its own part, what judges every interaction of the test;
        a model is a type or its import name. ``Misuse`` for what cannot be imported or validated
        with, and for an unknown dialect.
        """
        routes = cls()
        where = settings.where()
        routes._routes = tuple(routes._of_setting(each, where) for each in settings.routes)
        if model is not None or chunk_model is not None or dialect is not None:
            routes._change = routes._changes(model, chunk_model, dialect)
        return routes

    def find(self, request: Request) -> Route | None:
        """Give the first route that fits a request, ``None`` when nothing is known about it."""
        route = next((each for each in self._routes if each.fits(request)), None)
        if route is None and is_completion(request):
            route = self._default
        return self._change(route or self._unrouted) if self._change else route

    def _changes(
        self, model: Any, chunk_model: Any, dialect: str | None
    ) -> Callable[[Route], Route]:
        base = self._of_dialect("*", dialect) if dialect else None
        body = self._model(model) if model is not None else None
        chunk = self._model(chunk_model) if chunk_model is not None else None

        def change(route: Route) -> Route:
            found = base or route
            return replace(found, body=body or found.body, chunk=chunk or found.chunk)

        return change

    def _of_setting(self, setting: RouteSetting, where: str) -> Route:
        where = f'{where} route "{setting.match}"'
        if setting.dialect:
            route = self._of_dialect(setting.match, setting.dialect, where)
        elif setting.model or setting.chunk_model:
            route = replace(self._unrouted, match=setting.match)
        else:
            raise Misuse("a route without a model", where=where, fix="add model or dialect to it")
        if setting.model:
            route = replace(route, body=self._model(setting.model, where))
        if setting.chunk_model:
            route = replace(route, chunk=self._model(setting.chunk_model, where))
        return route

    def _of_dialect(self, match: str, name: str, where: str = "") -> Route:
        try:
            found = find_dialect(name)
        except Misuse as error:
            raise Misuse(error.what, where=where, fix=error.fix) from None
        return Route(
            match=match,
            body=self._model(found.body),
            chunk=self._model(found.chunk),
            error=self._model(found.error),
            dialect=found.name,
            ends_with_done=found.ends_with_done,
            constant=found.constant,
        )

    def _model(self, kind: Any, where: str = "") -> ResponseModel:
        reference = kind if isinstance(kind, str) else ""
        kind = imported(reference, where) if reference else kind
        found = self._built.get(id(kind))
        if found is None:
            found = self._built[id(kind)] = build(kind, reference, where)
        return found


def is_completion(request: Request) -> bool:
    """Tell whether a request asks the completions API: ``POST …/completions``."""
    path = without_query(request.url).rstrip("/")
    return (
        request.method.upper() == "POST"
        and path.endswith("/completions")
        and not path.endswith(OTHER_COMPLETIONS)
    )


def without_query(url: str) -> str:
    """Give a URL up to its query or fragment."""
    return url.partition("#")[0].partition("?")[0]

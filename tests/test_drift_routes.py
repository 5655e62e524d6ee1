"""Routes: which model judges which interaction."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_argot.cassette.interaction import Request
from pytest_argot.drift.routes import Route, Routes
from pytest_argot.errors import Misuse
from pytest_argot.settings import RouteSetting, Settings
from tests.drift_material import URL, routes
from tests.drift_models import Pair, Tight, Tool, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHER = "https://llm.example/v1/other"


def find(found: Routes, url: str = URL, method: str = "POST") -> Route | None:
    """Find the route of a request."""
    return found.find(Request(method, url, {}, b""))


def of_settings(*settings: RouteSetting, **options: Any) -> Routes:
    """Build routes from settings."""
    file = Path("argot.toml")
    return Routes.build(Settings(root=Path(), file=file, routes=settings), **options)


DEFAULT: list[tuple[str, str, bool]] = [
    ("POST", "https://api.openai.com/v1/completions", True),
    ("POST", "http://127.0.0.1:8000/v1/completions/", True),
    ("POST", "https://x.azure.example/openai/deployments/d/completions?api-version=1", True),
    ("post", "https://api.openai.com/v1/completions#top", True),
    ("GET", "https://api.openai.com/v1/completions", False),
    ("POST", "https://api.openai.com/v1/chat/completions", False),
    ("POST", "https://api.mistral.example/v1/fim/completions", False),
    ("POST", "https://api.openai.com/v1/embeddings?next=/completions", False),
    ("POST", "http://[broken/v1/completions", True),
]


@pytest.mark.parametrize(("method", "url", "known"), DEFAULT)
def test_default_route(method: str, url: str, known: bool) -> None:  # noqa: FBT001 - a row
    """POST to a path that ends in /completions is judged as OpenAI's; no other API is."""
    found = find(routes(), url, method)
    assert (found.dialect if found else None) == ("openai" if known else None)


def test_route_of_the_settings() -> None:
    """The first route that matches METHOD URL without the query wins over the default one."""
    found = of_settings(
        RouteSetting(match="POST */completions", dialect="vllm"),
        RouteSetting(match="POST */v1/completions", dialect="azure"),
    )
    route = find(found, URL + "?a=b")
    assert route is not None
    assert route.dialect == "vllm"
    assert find(found, OTHER) is None


def test_route_with_models_by_name() -> None:
    """Models are imported by name; what a route does not name is judged by nothing."""
    found = of_settings(
        RouteSetting(match="POST */v1/*", model="tests.drift_models:Tight"),
        RouteSetting(match="GET *", chunk_model="tests.drift_models:Pair"),
    )
    route, events = find(found), find(found, OTHER, "GET")
    assert route is not None
    assert route.body is not None
    assert route.body.name == "tests.drift_models:Tight"
    assert (route.chunk, route.dialect) == (None, "")
    assert route.error.name.endswith(":ErrorResponse")
    assert events is not None
    assert events.body is None
    assert events.chunk is not None


def test_route_with_dialect_and_model() -> None:
    """A model replaces the dialect's body, the rest of the dialect stays."""
    setting = RouteSetting(match="*", dialect="ollama", model="tests.drift_models:Tight")
    route = find(of_settings(setting))
    assert route is not None
    assert route.body is not None
    assert (route.body.type, route.dialect) == (Tight, "ollama")


def test_options_replace_their_own_part() -> None:
    """Each option of a test wins over every route, and leaves the other parts alone."""
    setting = RouteSetting(match="POST */v1/completions", dialect="vllm")
    route = find(of_settings(setting, model=Tight, chunk_model="tests.drift_models:Pair"))
    assert route is not None
    assert route.body is not None
    assert route.chunk is not None
    assert (route.body.type, route.chunk.type, route.dialect) == (Tight, Pair, "vllm")
    bodies = find(of_settings(setting, model=Tight))
    assert bodies is not None
    assert bodies.chunk is not None
    assert bodies.chunk.name.startswith("pytest_argot.models")
    changed = find(of_settings(setting, dialect="azure"))
    assert changed is not None
    assert changed.dialect == "azure"


def test_options_reach_unknown_requests() -> None:
    """A model given to a test judges requests no route knows."""
    route = find(routes(model=Tool | Word), OTHER)
    assert route is not None
    assert route.body is not None
    assert route.body.name == "Tool | Word"
    assert (route.chunk, route.dialect) == (None, "")


def test_validators_are_built_once() -> None:
    """Routes with the same model share its validator."""
    found = of_settings(
        RouteSetting(match="A *", model="tests.drift_models:Tight"),
        RouteSetting(match="B *", model="tests.drift_models:Tight"),
    )
    first, second = find(found, method="A"), find(found, method="B")
    assert first is not None
    assert second is not None
    assert first.body is second.body


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module that cannot be imported."""
    (tmp_path / "broken_types.py").write_text("raise RuntimeError('no')\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("broken_types", None)


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(
    "setting",
    [
        {"dialect": "opneai"},
        {"model": "tests.drift_models:Absent"},
        {"model": "no_such_module:X"},
        {"model": "broken_types:X"},
        {"model": "tests.drift_material:URL"},
        {},
    ],
)
def test_route_that_cannot_be_built(setting: dict[str, str]) -> None:
    """A name that leads nowhere is refused with the file, the route and a way out."""
    with pytest.raises(Misuse) as caught:
        of_settings(RouteSetting(match="POST x", **setting))
    assert "argot.toml" in caught.value.where
    assert "POST x" in caught.value.where
    assert caught.value.fix


def test_option_that_is_no_type() -> None:
    """A model option that pydantic cannot validate with is refused."""
    with pytest.raises(Misuse, match="cannot be a response model"):
        routes(model=object())

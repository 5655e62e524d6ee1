"""A recorded response as a typed object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import from_json

from pytest_argot.drift.ending import UNANSWERED
from pytest_argot.drift.judge import is_stream, model_for
from pytest_argot.drift.lenient import constructed
from pytest_argot.drift.merge import merged
from pytest_argot.drift.stream import json_events
from pytest_argot.errors import SchemaDrift

if TYPE_CHECKING:
    from pytest_argot.cassette.interaction import Interaction
    from pytest_argot.drift.response_model import ResponseModel
    from pytest_argot.drift.routes import Route

_SUCCESS = range(200, 300)


def parse(interaction: Interaction, route: Route | None) -> Any:
    """Give a response as an object of its response model.

    Validation is lax, and what does not fit keeps its raw value: drift is told elsewhere. A
    streamed completion is merged into one body; the stream of another API is the list of its
    events. An error response is an object of the route's error model. Without a model: plain JSON,
    or the text of a body that is none; ``None`` for a request that was never answered.

    ``SchemaDrift`` when a model is to read a body that is not JSON.
    """
    if interaction.response.status == UNANSWERED:
        return None
    model = model_for(interaction, route) if route else None
    if route is None or model is None:
        return _unmodelled(interaction)
    success = interaction.response.status in _SUCCESS
    if success and is_stream(interaction):
        documents = _documents(interaction, model)
        if route.dialect and route.body is not None:
            return _typed(route.body, _as_json(merged(documents)))
        return [_typed(model, _as_json(each)) for each in documents]
    return _typed(model, interaction.response.body)


def parses(interaction: Interaction, route: Route | None) -> bool:
    """Tell whether ``parse`` gives a validated object, not one that keeps raw values."""
    model = model_for(interaction, route) if route else None
    if route is None or model is None:
        return True
    streamed = interaction.response.status in _SUCCESS and is_stream(interaction)
    raws = (
        [_as_json(each) for each in json_events(interaction.response.body)]
        if streamed
        else [interaction.response.body]
    )
    try:
        for raw in raws:
            model.adapter.validate_json(raw)
    except Exception:  # noqa: BLE001 - a validator of the user's model may raise anything
        return False
    return bool(raws)


def chunks(interaction: Interaction, route: Route | None) -> list[Any]:
    """Give the events of a streamed 2xx response as objects of the chunk model, in order.

    ``[DONE]`` and events that are not JSON are left out; a response that is no stream gives ``[]``.
    Plain JSON without a route or chunk model.
    """
    if interaction.response.status not in _SUCCESS or not is_stream(interaction):
        return []
    documents = list(json_events(interaction.response.body))
    model = route.chunk if route else None
    if model is None:
        return documents
    return [_typed(model, _as_json(each)) for each in documents]


def _documents(interaction: Interaction, model: ResponseModel) -> list[Any]:
    documents = list(json_events(interaction.response.body))
    if not documents:
        raise _unreadable(model)
    return documents


def _as_json(document: Any) -> bytes:
    return json.dumps(document).encode()


def _typed(model: ResponseModel, raw: bytes) -> Any:
    try:
        return model.adapter.validate_json(raw)
    except ValidationError as error:
        if any(each["type"] == "json_invalid" for each in error.errors(include_input=False)):
            raise _unreadable(model) from None
    except Exception:  # noqa: BLE001, S110 - a validator of the user's model crashed: read around it
        pass
    return constructed(model.type, from_json(raw))


def _unreadable(model: ResponseModel) -> SchemaDrift:
    return SchemaDrift(
        f"the recorded response is not JSON, so it is no {model.name.rpartition(':')[2]}",
        fix="record it again: pytest --argot-record=once, with the old cassette out of the way",
    )


def _unmodelled(interaction: Interaction) -> Any:
    body = interaction.response.body
    if is_stream(interaction):
        return list(json_events(body))
    try:
        return from_json(body)
    except ValueError:
        return body.decode(errors="replace")

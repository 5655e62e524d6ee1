"""A server family's way of speaking the completions API."""

from dataclasses import dataclass

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Dialect:
    """The models that judge one server family.

    ``body`` judges an unstreamed 2xx response, ``chunk`` each event of a stream, ``error`` every
    other response. ``ends_with_done`` says whether a stream ends with ``data: [DONE]``.
    ``constant`` names the keys that have one value in all chunks of a stream.
    """

    name: str
    body: type[BaseModel]
    chunk: type[BaseModel]
    error: type[BaseModel]
    ends_with_done: bool = True
    constant: tuple[str, ...] = ("id", "model", "created")

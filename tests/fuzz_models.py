"""Response models as users write them, for the tests of fuzzing.

No ``from __future__ import annotations``: pydantic reads the annotations at run time.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Callable
from typing import Annotated, Any, Literal, NotRequired

from pydantic import BaseModel, ConfigDict, Field, InstanceOf
from typing_extensions import TypedDict


class State(enum.Enum):
    """Values of a field."""

    OPEN = "open"
    SHIPPED = "shipped"


class Cat(BaseModel):
    """A branch of a discriminated union."""

    kind: Literal["cat"]
    lives: int = Field(ge=0, le=9)


class Dog(BaseModel):
    """The other branch."""

    kind: Literal["dog"]
    name: str = Field(pattern=r"^[A-Z][a-z]+$", max_length=8)


class Tree(BaseModel):
    """A type that holds itself."""

    name: str
    children: "list[Tree]" = []


class Order(BaseModel):
    """Everything a schema can say."""

    model_config = ConfigDict(extra="forbid")

    state: State
    quantity: int = Field(ge=1, lt=100)
    code: str = Field(pattern=r"^[A-Z]{3}-\d+$")
    note: str | None = None
    gift: bool
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    guest: Cat | Dog
    prices: dict[str, float]
    price_list: list[str] = Field(default=[], alias="price-list")
    ref: int | str
    items: list[int | None]
    matrix: list[list[int]]
    tree: Tree
    tags: list[str] = Field(min_length=1, max_length=3)
    placed: dt.datetime


ORDER: dict[str, Any] = {
    "state": "open",
    "quantity": 7,
    "code": "ABC-1",
    "gift": False,
    "pet": {"kind": "cat", "lives": 3},
    "guest": {"kind": "dog", "name": "Rex"},
    "prices": {"net": 1.5},
    "price-list": ["a"],
    "ref": 5,
    "items": [1, 2],
    "matrix": [[1, 2], [3]],
    "tree": {"name": "root", "children": [{"name": "leaf", "children": []}]},
    "tags": ["x"],
    "placed": "2026-01-01T00:00:00Z",
}


class Row(TypedDict):
    """A typed dict."""

    name: str
    size: NotRequired[int]


@dataclasses.dataclass
class Point:
    """A dataclass."""

    x: int
    label: str | None = None


class Start(BaseModel):
    """The first event of a typed stream."""

    type: Literal["start"]
    message: dict[str, Any]


class Text(BaseModel):
    """The next ones."""

    type: Literal["text"]
    delta: str


class Stop(BaseModel):
    """The last one."""

    type: Literal["stop"]
    reason: Literal["end", "max"]


Event = Annotated[Start | Text | Stop, Field(discriminator="type")]


class Opaque(BaseModel):
    """A model with something that JSON schema cannot express."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    raw: Any
    call: Callable[[int], int] | None = None
    other: InstanceOf[dt.tzinfo] | None = None


OTHERS: list[tuple[str, Any, Any]] = [
    ("typed dict", Row, {"name": "a", "size": 1}),
    ("dataclass", Point, {"x": 1}),
    ("list", list[Row], [{"name": "a"}, {"name": "b", "size": 2}]),
    ("map", dict[str, Point], {"a": {"x": 1}}),
    ("annotated", Annotated[Cat | Dog, Field(discriminator="kind")], {"kind": "cat", "lives": 1}),
    ("union", Row | list[int], [1, 2]),
]

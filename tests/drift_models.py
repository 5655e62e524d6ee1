"""Response models as users write them.

No ``from __future__ import annotations``: pydantic reads the annotations at run time.
"""

import dataclasses
import datetime as dt
import enum
from typing import Annotated, Literal, NotRequired

from pydantic import BaseModel, ConfigDict, Field, field_validator
from typing_extensions import TypedDict

TEXT = "words of a completion"


class Tool(BaseModel):
    """A branch of a discriminated union."""

    kind: Literal["tool"]
    name: str


class Word(BaseModel):
    """The other branch."""

    kind: Literal["word"]
    word: str
    size: int = 0


class Finish(enum.Enum):
    """An enum of strings."""

    STOP = "stop"
    LENGTH = "length"


class Tight(BaseModel):
    """Fields with rules."""

    count: Annotated[int, Field(ge=0)] = 0
    code: str = Field("aaa", min_length=3, pattern="^a")
    tags: list[int] = Field(default_factory=list, max_length=1)
    day: dt.date | None = None
    finish: Finish = Finish.STOP

    @field_validator("count")
    @classmethod
    def _no_sevens(cls, value: int) -> int:
        if value == 7:
            raise ValueError(TEXT)
        return value

    @field_validator("tags")
    @classmethod
    def _crash(cls, value: list[int]) -> list[int]:
        if value == [13]:
            raise KeyError(TEXT)
        return value


class Loose(BaseModel):
    """A model that allows what it does not know."""

    model_config = ConfigDict(extra="allow")
    part: Annotated[Tool | Word, Field(discriminator="kind")] | None = None
    either: Tool | Word | str = "x"
    number: int | str | None = None
    limit: int | list[int] = 0
    plain: str = ""


class Keys(TypedDict):
    """A typed dictionary."""

    a: int
    b: NotRequired[int]


@dataclasses.dataclass
class Pair:
    """A dataclass."""

    left: int
    right: Keys

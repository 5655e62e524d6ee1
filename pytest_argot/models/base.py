"""What every response model has in common.

No ``from __future__ import annotations`` in this room: pydantic reads the annotations of a model
at run time.
"""

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

if TYPE_CHECKING:
    _T = TypeVar("_T")
    OrAbsent: TypeAlias = _T | None
else:

    class OrAbsent:
        """``x: OrAbsent[T] = None``: the key may be absent, and if it is there it holds a ``T``.

        Absent reads as ``None`` and is left out when dumped; a JSON ``null`` is an error, which
        is the difference to ``T | None = None``.
        """

        def __class_getitem__(cls, item: Any) -> Any:
            return Annotated[
                item, Field(exclude_if=_is_absent, json_schema_extra=_drop_null_default)
            ]


class WireModel(BaseModel):
    """A JSON object of the completions API.

    Keys are snake_case, as on the wire. The camelCase names of the TypeScript component are an
    alias set to ask for: ``model_validate(x, by_alias=True, by_name=False)`` reads them and
    ``model_dump(by_alias=True)`` writes them.

    Equality is by value. Unknown keys are ignored unless one validates with ``extra="forbid"``.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=False,
        serialize_by_alias=False,
    )


def _is_absent(value: object) -> bool:
    return value is None


def _drop_null_default(schema: dict[str, Any]) -> None:
    # "default": null would contradict the schema's own type, which has no null.
    schema.pop("default", None)

"""What a non-2xx response is judged by: ``ErrorResponse``."""

from pytest_argot.models.base import WireModel


class ErrorDetail(WireModel):
    """The published ``Error`` component: all four keys are required."""

    code: str | None
    message: str
    param: str | None
    """The request's parameter at fault."""
    type: str


class ErrorResponse(WireModel):
    """An error as the published schema has it."""

    error: ErrorDetail

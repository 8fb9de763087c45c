"""Where model artefacts are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from environments.quantities import Days
from environments.section import Section


class ModelStore(Section):
    """A versioned, encrypted, private bucket for models, and one for its access logs."""

    keep_versions: Annotated[
        timedelta,
        Days(),
        Field(description="How long an overwritten or deleted version is kept.", examples=["90d"]),
    ] = timedelta(days=90)
    access_logs: Annotated[
        timedelta,
        Days(),
        Field(description="How long access logs are kept.", examples=["90d"]),
    ] = timedelta(days=90)

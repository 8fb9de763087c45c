"""The environment's own store of models, as the servers of its models see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from environments.models import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A bucket, and what lets the servers of each model read it."""

    bucket: pulumi.Output[str]
    identities: Mapping[str, pulumi.Resource]
    """By model."""


def from_store(model: Model) -> bool:
    """Whether some version of a model lies in the environment's own store."""
    return any(source.scheme == "store" for _, source in model.versions)

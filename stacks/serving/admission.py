"""Which models the clusters let in: those whose signatures held when the environment's file was read."""

from __future__ import annotations

from collections.abc import Iterator

from components.model_admission import ModelAdmission, ModelAdmissionArgs, SignedModel
from environments.models import Model
from environments.runtimes import STORAGE_IMAGE
from stacks.cluster_stack import ClusterStack
from stacks.serving.images import from_mirror


def admission(stack: ClusterStack) -> ModelAdmission:
    """The list of what is signed, and what refuses all else."""
    return ModelAdmission(
        stack.named("signed-models"),
        ModelAdmissionArgs(
            origin="model_store.signed_by",
            signed=[each for model in stack.environment.models for each in _signed(model)],
            image=from_mirror(stack, STORAGE_IMAGE),
        ),
        stack.opts,
    )


def _signed(model: Model) -> Iterator[SignedModel]:
    # A file in which a signature is missing, or does not hold, is no environment.
    yield SignedModel(model=model.name, version=model.traffic.stable, digest=model.source.digest)
    if tried := model.traffic.candidate:
        yield SignedModel(model=model.name, version=tried.version, digest=tried.source.digest)

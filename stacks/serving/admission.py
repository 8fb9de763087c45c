"""Which models the clusters let in: those whose signatures held when the environment's file was read."""

from __future__ import annotations

from components.model_admission import ModelAdmission, ModelAdmissionArgs, SignedModel
from environments.runtimes import STORAGE_IMAGE
from stacks.cluster_stack import ClusterStack
from stacks.serving.images import from_mirror


def admission(stack: ClusterStack) -> ModelAdmission:
    """The list of what is signed, and what refuses all else."""
    return ModelAdmission(
        stack.named("signed-models"),
        ModelAdmissionArgs(
            origin="model_store.signed_by",
            # A file in which a signature is missing, or does not hold, is no environment.
            signed=[
                SignedModel(model=model.name, version=version, digest=source.digest)
                for model in stack.environment.models
                for version, source in model.versions
            ],
            image=from_mirror(stack, STORAGE_IMAGE),
        ),
        stack.opts,
    )

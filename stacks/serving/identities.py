"""Which models have a role on AWS, and what for: to read the environment's own store."""

from __future__ import annotations

import pulumi

from components.model_identity import ModelIdentity, ModelIdentityArgs
from stacks.cluster_stack import ClusterStack
from stacks.ownership import name_every_object
from stacks.parts import part
from stacks.provider import provider
from stacks.serving.store import Store, from_store


def store(stack: ClusterStack) -> Store:
    """The store of the region, whose reader's role each model in it takes."""
    name_every_object()
    opts = pulumi.ResourceOptions(providers=[provider(stack.here, stack.layer)])
    foundation = stack.upstream("foundation")
    reader = part(foundation.output("roleArns"), "modelReader")
    return Store(
        bucket=foundation.output("modelBucket"),
        identities={
            model.name: ModelIdentity(
                stack.named(f"model-{model.name}-identity"),
                ModelIdentityArgs(
                    origin=f"models[{number}].source",
                    namespace=model.team,
                    service_account=model.name,
                    cluster_name=stack.cluster_output("clusterName"),
                    role_arn=reader,
                ),
                opts,
            )
            for number, model in enumerate(stack.environment.models)
            if from_store(model)
        },
    )

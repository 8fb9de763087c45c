"""The role of a model's servers on AWS: they read the environment's model store, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelIdentityArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    namespace: str
    service_account: str
    cluster_name: pulumi.Input[str]
    role_arn: pulumi.Input[str]


class ModelIdentity(pulumi.ComponentResource):
    """The association of a service account with a role: pods that start afterwards have it."""

    def __init__(
        self, name: str, args: ModelIdentityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:identity:ModelIdentity", name, {"origin": args.origin}, opts)
        aws.eks.PodIdentityAssociation(
            name,
            cluster_name=args.cluster_name,
            namespace=args.namespace,
            service_account=args.service_account,
            role_arn=args.role_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})

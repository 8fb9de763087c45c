"""Copies of every pushed image in other regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReplicationArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    account_id: str
    prefix: str
    """Repositories whose names begin so are copied."""
    regions: Sequence[str]
    provider: pulumi.ProviderResource
    """Of the region that images are pushed to."""


class ImageReplication(pulumi.ComponentResource):
    """One rule, for the repositories of one environment; what was pushed before it is not copied.

    A registry, which an account has one of in each region, has one configuration. Other rules in it are other
    environments': the driver knows this one by its prefix and leaves them alone.
    """

    def __init__(
        self, name: str, args: ImageReplicationArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:links:ImageReplication", name, {"origin": args.origin}, opts)
        self._rule(name, args)
        self.register_outputs({})

    def _rule(self, name: str, args: ImageReplicationArgs) -> None:
        aws.ecr.ReplicationConfiguration(
            name,
            replication_configuration={
                "rules": [
                    {
                        "destinations": [
                            {"region": region, "registry_id": args.account_id} for region in args.regions
                        ],
                        "repository_filters": [{"filter": args.prefix, "filter_type": "PREFIX_MATCH"}],
                    }
                ]
            },
            opts=pulumi.ResourceOptions(parent=self, provider=args.provider),
        )

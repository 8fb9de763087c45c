"""A block on everything public for all networks of an account in one region."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAccessBlockArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str


class PublicAccessBlock(pulumi.ComponentResource):
    """AWS carries nothing between the internet and the networks of the account in this region.

    Whatever gateway somebody makes later, and in whichever network of the account: it leads nowhere.
    """

    def __init__(
        self, name: str, args: PublicAccessBlockArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:network:PublicAccessBlock", name, {"origin": args.origin}, opts)
        aws.ec2.VpcBlockPublicAccessOptions(
            name,
            internet_gateway_block_mode="block-bidirectional",
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})

"""Replica keys: asked for in the region of the key that they replicate, and then at home in their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from provisioner.plan.values import Properties
from provisioner.providers.aws.calling import Target
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.inputs import REGION

REGION_PART = 3
"""Where an ARN says the region: `arn:aws:kms:<region>:…`."""


class ReplicaKeys(TableDriver):
    """Replicas of multi-region keys."""

    def _made(self, target: Target, new: Properties) -> tuple[Target, Any]:
        primary = str(new["primaryKeyArn"]).split(":")[REGION_PART]
        there = replace(target, region=primary, props={**target.props, REGION: target.region})
        made, answer = super()._made(there, new)
        return replace(made, region=target.region), answer

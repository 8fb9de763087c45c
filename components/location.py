"""Where objects live, and how AWS writes that down: region, account, partition, ARNs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_PARTITIONS: Final = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
"""Beginning of a region's code -> its partition (partitions.json of botocore 1.44.5); all others: `aws`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One region of one account."""

    region: str
    account_id: str

    @property
    def partition(self) -> str:
        """The first part of every ARN here."""
        return next((name for start, name in _PARTITIONS.items() if self.region.startswith(start)), "aws")

    @property
    def root(self) -> str:
        """The account itself, as the principal of a policy: whoever its IAM policies let."""
        return f"arn:{self.partition}:iam::{self.account_id}:root"

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something regional in this account."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def managed_policy(self, name: str) -> str:
        """The ARN of a policy that AWS maintains."""
        return f"arn:{self.partition}:iam::aws:policy/{name}"

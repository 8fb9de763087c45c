"""Logical names that leave room for what autonaming adds, within AWS's limits."""

from __future__ import annotations

import hashlib
from typing import Final

ROLE: Final = 64
"""Longest name of an IAM role: CreateRole, `RoleName`."""

BUCKET: Final = 63
"""Longest name of a bucket: S3 user guide, bucket naming rules."""

NODE_GROUP: Final = 63
"""Longest name of a node group: EKS user guide, "Create a managed node group for your cluster"."""

DNS_FIREWALL: Final = 64
"""Longest name of what a DNS firewall is made of: Route 53 Resolver API, CreateFirewallRuleGroup, `Name`."""

QUEUE: Final = 80
"""Longest name of a queue: SQS API reference, CreateQueue, `QueueName`."""

EVENT_RULE: Final = 64
"""Longest name of a rule of EventBridge's: its API reference, PutRule, `Name`."""

_AUTONAMED: Final = len("-0123abc")
"""Pulumi appends a hyphen and seven hexadecimal digits to a logical name to make a physical one."""


def fitted(name: str, limit: int) -> str:
    """The logical name, if its physical name fits into `limit`; else its beginning and a hash of the whole.

    The hash keeps two long names apart that begin alike, and is the same in every run: names are for good.
    """
    room = limit - _AUTONAMED
    if len(name) <= room:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: room - len(digest) - 1].rstrip('-')}-{digest}"

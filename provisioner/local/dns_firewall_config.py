"""What Route 53 Resolver answers while the firewall of a network is not well, one setting each."""

from __future__ import annotations

import secrets
from typing import Any, Final

from provisioner.local.operation import Answer, Call, Operation, Refusal, kept

MODES: Final = ("ENABLED", "DISABLED")


def get_firewall_config(call: Call) -> Answer:
    """The setting of one network: closed, if nobody has changed it."""
    return {"FirewallConfig": _config(call)}


def list_firewall_configs(call: Call) -> Answer:
    """The settings of the networks that are there and were asked for once."""
    configs = _configs(call)
    return {"FirewallConfigs": [configs[vpc] for vpc in configs if vpc in _networks(call)]}


def update_firewall_config(call: Call) -> Answer:
    """The setting with another value."""
    mode: str = call["FirewallFailOpen"]
    if mode not in MODES:
        raise Refusal("ValidationException", f"{mode} is for networks that share a Route 53 Profile.")
    _config(call)["FirewallFailOpen"] = mode
    return {"FirewallConfig": _config(call)}


def _config(call: Call) -> dict[str, Any]:
    vpc: str = call["ResourceId"]
    if vpc not in _networks(call):
        raise Refusal("ResourceNotFoundException", f"The VPC {vpc} does not exist.")
    new = {
        "Id": f"rslvr-fc-{secrets.token_hex(8)}",
        "ResourceId": vpc,
        "OwnerId": call.account,
        "FirewallFailOpen": "DISABLED",
    }
    return _configs(call).setdefault(vpc, new)


def _configs(call: Call) -> dict[str, Any]:
    return kept(call.backend, "firewall_configs")


def _networks(call: Call) -> dict[str, Any]:
    return call.backend_of("ec2").vpcs


OPERATIONS: Final[tuple[Operation, ...]] = (
    get_firewall_config,
    list_firewall_configs,
    update_firewall_config,
)

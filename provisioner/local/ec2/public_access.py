"""The block on public access to the networks of an account. Nothing is routed here, so nothing is blocked."""

from __future__ import annotations

from typing import Any, Final

from provisioner.local.ec2.tagging import check_dry_run
from provisioner.local.operation import Answer, Call, Operation, Refusal, kept, now

MODES: Final = ("off", "block-bidirectional", "block-ingress")


def describe_vpc_block_public_access_options(call: Call) -> Answer:
    """The setting of the account in this region: off, if nobody has changed it."""
    check_dry_run(call)
    return {"VpcBlockPublicAccessOptions": _told(call)}


def modify_vpc_block_public_access_options(call: Call) -> Answer:
    """The setting with another mode."""
    mode: str = call.get("InternetGatewayBlockMode", "")
    if mode not in MODES:
        raise Refusal("InvalidParameterValue", f"Invalid value '{mode}' for InternetGatewayBlockMode.")
    check_dry_run(call)
    _options(call).update(InternetGatewayBlockMode=mode, LastUpdateTimestamp=now(), State="update-complete")
    return {"VpcBlockPublicAccessOptions": _told(call)}


def _options(call: Call) -> dict[str, Any]:
    return kept(call.backend, "public_access")


def _told(call: Call) -> dict[str, Any]:
    return {
        "AwsAccountId": call.account,
        "AwsRegion": call.region,
        "State": "default-state",
        "InternetGatewayBlockMode": "off",
        "ManagedBy": "account",
        "ExclusionsAllowed": "allowed",
        **_options(call),
    }


OPERATIONS: Final[tuple[Operation, ...]] = (
    describe_vpc_block_public_access_options,
    modify_vpc_block_public_access_options,
)

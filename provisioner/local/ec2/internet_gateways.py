"""Internet gateways: one that public addresses are reached through cannot be taken away."""

from __future__ import annotations

from typing import Any, Final

from provisioner.local.ec2.tagging import check_dry_run
from provisioner.local.operation import Answer, Call, Operation, Refusal

GONE: Final = ("deleted", "failed")


def detach_internet_gateway(call: Call) -> Answer:
    """Nothing. Refused while a NAT gateway or an interface in the network has a public address."""
    check_dry_run(call)
    backend, vpc = call.backend, call["VpcId"]
    gateway = backend.get_internet_gateway(call["InternetGatewayId"])
    is_attached = gateway.vpc is not None and gateway.vpc.id == vpc
    if is_attached and (_is_served(backend, vpc) or _has_addresses(backend, vpc)):
        text = f"Network {vpc} has some mapped public address(es)."
        raise Refusal(
            "DependencyViolation",
            f"{text} Please unmap those public address(es) before detaching the gateway.",
        )
    backend.detach_internet_gateway(call["InternetGatewayId"], vpc)
    return {}


def _is_served(backend: Any, vpc: str) -> bool:
    return any(
        nat.vpc_id == vpc and nat.state not in GONE and nat.connectivity_type != "private"
        for nat in backend.nat_gateways.values()
    )


def _has_addresses(backend: Any, vpc: str) -> bool:
    # moto leaves the address of a NAT gateway that is gone at its interface; AWS does not.
    of_nats = {nat._eni.id for nat in backend.nat_gateways.values()}  # noqa: SLF001
    interfaces = [address.eni for address in backend.addresses if address.eni]
    return any(each.id not in of_nats and each.subnet.vpc_id == vpc for each in interfaces)


OPERATIONS: Final[tuple[Operation, ...]] = (detach_internet_gateway,)

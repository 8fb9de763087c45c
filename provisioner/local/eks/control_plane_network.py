"""Where a cluster's control plane is in the network: its subnets, its addresses and its own security group.

EKS makes a security group for every cluster and takes it away with the cluster; nodes refer to it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from provisioner.local.operation import Call, Refusal

EVERYWHERE: Final = ("0.0.0.0/0",)


def check(call: Call, given: Mapping[str, Any]) -> None:
    """Refuse subnets and security groups that do not exist, and subnets in fewer than two zones."""
    subnets = [subnet(call, identifier) for identifier in given.get("subnetIds", ())]
    if len({found.availability_zone for found in subnets}) < 2:  # noqa: PLR2004  # EKS's own number
        message = "Subnets specified must be in at least two different AZs"
        raise Refusal("InvalidParameterException", message)
    for identifier in given.get("securityGroupIds", ()):
        if call.backend_of("ec2").get_security_group_from_id(identifier) is None:
            raise Refusal("InvalidParameterException", f"The security group '{identifier}' does not exist")


def subnet(call: Call, id: str) -> Any:
    """Moto's subnet; raises InvalidParameterException as EKS does where EC2 knows none."""
    for zone in call.backend_of("ec2").subnets.values():
        if id in zone:
            return zone[id]
    raise Refusal("InvalidParameterException", f"The subnet ID '{id}' does not exist")


def made(call: Call, cluster: Any) -> dict[str, Any]:
    """The `resourcesVpcConfig` of a new cluster, after its security group was made."""
    given = call["resourcesVpcConfig"]
    network = subnet(call, given["subnetIds"][0]).vpc_id
    return {
        "subnetIds": list(given["subnetIds"]),
        "securityGroupIds": list(given.get("securityGroupIds", ())),
        "clusterSecurityGroupId": _security_group(call, cluster.name, network),
        "vpcId": network,
        "controlPlaneEgressMode": given.get("controlPlaneEgressMode", "AWS_MANAGED"),
        **endpoint_access(given, {"endpointPublicAccess": True, "endpointPrivateAccess": False}),
    }


def endpoint_access(given: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Who reaches the API server, after a request; raises InvalidParameterException if nobody would."""
    public = given.get("endpointPublicAccess", before["endpointPublicAccess"])
    private = given.get("endpointPrivateAccess", before["endpointPrivateAccess"])
    if not public and not private:
        raise Refusal(
            "InvalidParameterException", "Private and public endpoint access cannot be both disabled"
        )
    cidrs = given.get("publicAccessCidrs") or before.get("publicAccessCidrs") or EVERYWHERE
    return {
        "endpointPublicAccess": public,
        "endpointPrivateAccess": private,
        "publicAccessCidrs": sorted(cidrs) if public else [],
    }


def remove(call: Call, cluster: Any) -> None:
    """Take the cluster's security group away, if nobody else did."""
    ec2, group = call.backend_of("ec2"), cluster.resources_vpc_config.get("clusterSecurityGroupId")
    if ec2.get_security_group_from_id(group):
        ec2.delete_security_group(group_id=group)


def _security_group(call: Call, cluster: str, network: str) -> str:
    ec2 = call.backend_of("ec2")
    name = f"eks-cluster-sg-{cluster}-{secrets.randbelow(10**9)}"
    described = "EKS created security group applied to ENI of the control plane"
    tags = {"Name": name, f"kubernetes.io/cluster/{cluster}": "owned", "aws:eks:cluster-name": cluster}
    group: str = ec2.create_security_group(
        name, f"{described}, as well as any managed workloads.", network, tags
    ).id
    ec2.authorize_security_group_ingress(
        group, "-1", None, None, ip_ranges=[], source_groups=[{"GroupId": group}], vpc_id=network
    )
    return group

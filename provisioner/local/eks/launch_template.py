"""The launch template of a node group: which version, and what it decides in place of the node group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner.local.operation import Call, Refusal


def specified(call: Call, given: Mapping[str, Any]) -> tuple[dict[str, str], Any]:
    """The template as EKS tells it, and moto's object of its version; refused if there is none."""
    if given.get("id") and given.get("name"):
        _refuse(call, "Launch template can have either an id or a name, not both.")
    ec2 = call.backend_of("ec2")
    found = given.get("id") or ec2.launch_template_name_to_ids.get(given.get("name"))
    template = ec2.launch_templates.get(found)
    if template is None:
        text = f"Launch template {given.get('id') or given.get('name')} not found."
        raise Refusal("InvalidRequestException", text, nodegroupName=call["nodegroupName"])
    version = given.get("version") or "$Default"
    try:
        found = template.get_version(version)
    except (IndexError, ValueError):
        text = f"Launch template version {version} of {template.id} not found."
        raise Refusal("InvalidRequestException", text, nodegroupName=call["nodegroupName"]) from None
    return {"name": template.name, "id": template.id, "version": str(found.number)}, found


def check(call: Call, version: Any) -> None:
    """Refuse what EKS does not take from a template, or from a template and the node group at once."""
    data: dict[str, Any] = version.data
    if data.get("InstanceType") and call.get("instanceTypes"):
        _refuse(call, "Instance type cannot be specified both in the launch template and in the node group.")
    if data.get("IamInstanceProfile"):
        _refuse(
            call, "Launch template should not specify an instance profile. The node role is used instead."
        )
    if data.get("ImageId") and (call.get("amiType") or "CUSTOM") != "CUSTOM":
        _refuse(call, "You cannot specify an image in the launch template and an AMI type other than CUSTOM.")
    if any(card.get("SubnetId") for card in data.get("NetworkInterfaces", ())):
        _refuse(
            call,
            "Launch template should not specify subnets. The subnets of the node group are used instead.",
        )
    market = data.get("InstanceMarketOptions", {}).get("MarketType")
    if (market == "capacity-block") != (call.get("capacityType") == "CAPACITY_BLOCK"):
        _refuse(call, "A capacity block needs both the capacity type CAPACITY_BLOCK and a template for it.")
    if market == "spot":
        _refuse(
            call, "Launch template should not request spot instances. Use the capacity type SPOT instead."
        )


def _refuse(call: Call, text: str) -> None:
    raise Refusal("InvalidParameterException", text, nodegroupName=call["nodegroupName"])

"""Subnet groups and parameter groups of databases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from provisioner.local.operation import Answer, Call, Operation, Refusal, page
from provisioner.local.picking import picked

FEWEST_ZONES: Final = 2


def create_db_subnet_group(call: Call) -> Answer:
    """A new group; its name is its own."""
    name = call["DBSubnetGroupName"].lower()
    if name in call.backend.subnet_groups:
        raise Refusal("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.")
    subnets = _subnets(call)
    group = call.backend.create_subnet_group(
        name, call["DBSubnetGroupDescription"], subnets, call.parts("Tags")
    )
    group.SupportedNetworkTypes = ["IPV4"]
    return {"DBSubnetGroup": picked("rds", "DBSubnetGroup", group)}


def modify_db_subnet_group(call: Call) -> Answer:
    """The group with other subnets or another description."""
    name = call["DBSubnetGroupName"].lower()
    group = call.backend.subnet_groups.get(name)
    if group is None:
        raise Refusal("DBSubnetGroupNotFoundFault", f"DB subnet group '{name}' not found.")
    group.subnets = _subnets(call)
    if call.has("DBSubnetGroupDescription"):
        group.description = call["DBSubnetGroupDescription"]
    return {"DBSubnetGroup": picked("rds", "DBSubnetGroup", group)}


def delete_db_subnet_group(call: Call) -> Answer:
    """Nothing; the group is gone, unless a database is in it."""
    name = call["DBSubnetGroupName"].lower()
    for database in call.backend.databases.values():
        if getattr(database, "db_subnet_group", None) is call.backend.subnet_groups.get(name, database):
            user = database.db_instance_identifier
            text = f"Cannot delete the subnet group '{name}' because database {user} uses it."
            raise Refusal("InvalidDBSubnetGroupStateFault", text)
    call.backend.delete_subnet_group(name)
    return {}


def describe_db_parameter_groups(call: Call) -> Answer:
    """The groups; an unknown name is refused."""
    groups = call.backend.db_parameter_groups
    asked = call.get("DBParameterGroupName")
    names = [_group(call).name] if asked else sorted(groups)
    told = [picked("rds", "DBParameterGroup", groups[name]) for name in names]
    return {"DBParameterGroups": told}


def describe_db_parameters(call: Call) -> Answer:
    """The parameters that somebody has set; the engine's own, which are hundreds, are not told."""
    parameters: dict[str, dict[str, Any]] = _group(call).parameters
    wanted = sorted(parameters) if call.get("Source", "user") == "user" else []
    names, token = page(wanted, call)
    plain = {"Source": "user", "IsModifiable": True, "DataType": "string", "ApplyMethod": "pending-reboot"}
    return {"Parameters": [plain | dict(parameters[name]) for name in names], "Marker": token}


def reset_db_parameter_group(call: Call) -> Answer:
    """The group's name; the named parameters, or all, have the engine's own values again."""
    group = _group(call)
    if call.get("ResetAllParameters"):
        group.parameters.clear()
    for parameter in _named(call):
        group.parameters.pop(parameter, None)
    return {"DBParameterGroupName": group.name}


def delete_db_parameter_group(call: Call) -> Answer:
    """Nothing; the group is gone, unless a database uses it."""
    group = _group(call)
    databases = call.backend.databases.values()
    users = [one for one in databases if one.db_parameter_group_name == group.name]
    if users or group.name.startswith("default."):
        text = f"One or more database instances are still members of this parameter group {group.name}"
        raise Refusal("InvalidDBParameterGroupState", text)
    call.backend.delete_db_parameter_group(group.name)
    return {}


def _subnets(call: Call) -> list[Any]:
    found = [call.backend_of("ec2").get_subnet(one) for one in call["SubnetIds"]]
    if len({one.availability_zone for one in found}) < FEWEST_ZONES:
        text = "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement: two zones."
        raise Refusal("DBSubnetGroupDoesNotCoverEnoughAZs", text)
    return found


def _group(call: Call) -> Any:
    name = call["DBParameterGroupName"].lower()
    found = call.backend.db_parameter_groups.get(name)
    if found is None:
        raise Refusal("DBParameterGroupNotFound", f"DBParameterGroup not found: {name}")
    return found


def _named(call: Call) -> Iterable[str]:
    return [one["ParameterName"] for one in call.parts("Parameters")]


OPERATIONS: Final[tuple[Operation, ...]] = (
    create_db_subnet_group,
    modify_db_subnet_group,
    delete_db_subnet_group,
    describe_db_parameter_groups,
    describe_db_parameters,
    reset_db_parameter_group,
    delete_db_parameter_group,
)

"""KMS: replicas of multi-region keys, which are keys of their own with the material of another."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from provisioner.local.operation import Answer, Call, Operation, Refusal, now

SHORTEST_DAYS: Final = 7
LONGEST_DAYS: Final = 30


def replicate_key(call: Call) -> Answer:
    """The replica in another region: with its own policy, description, tags and state."""
    primary, region = key_of(call), call["ReplicaRegion"]
    if not primary.multi_region or not _is_primary(primary):
        text = f"{primary.arn} is not a multi-Region primary key."
        raise Refusal("UnsupportedOperationException", text)
    there = call.backend_of("kms", region)
    if region == call.region or primary.id in there.keys:
        text = f"{region} already has a key with the key id {primary.id}."
        raise Refusal("AlreadyExistsException", text)
    replica = copy.copy(primary)  # shares the key material
    replica.region = region
    replica.arn = primary.arn.replace(f":kms:{call.region}:", f":kms:{region}:")
    replica.policy = call.get("Policy") or replica.generate_default_policy()
    replica.description = call.get("Description", "")
    replica.enabled, replica.key_state, replica.deletion_date = True, "Enabled", None
    replica.creation_date = now().timestamp()
    replica.grants, replica.aliases, replica.rotations = {}, {}, []
    there.keys[replica.id] = replica
    if call.get("Tags"):
        there.tagger.tag_resource(replica.id, call["Tags"])
    _introduce(call, primary)
    return {
        "ReplicaKeyMetadata": _told(replica) | {"KeyState": "Creating"},
        "ReplicaPolicy": replica.policy,
        "ReplicaTags": call.parts("Tags"),
    }


def schedule_key_deletion(call: Call) -> Answer:
    """When the key is deleted; a primary key waits for its replicas."""
    key, days = key_of(call), call.get("PendingWindowInDays", LONGEST_DAYS)
    if not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        text = f"PendingWindowInDays must be between {SHORTEST_DAYS} and {LONGEST_DAYS}."
        raise Refusal("ValidationException", text)
    if key.key_state.startswith("Pending"):
        raise Refusal("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    key.enabled = False
    answer = {"KeyId": key.arn, "PendingWindowInDays": days}
    if _is_primary(key) and any(found.key_state != "PendingDeletion" for found in _replicas(call, key)):
        key.key_state = "PendingReplicaDeletion"
        return answer | {"KeyState": key.key_state}
    key.key_state = "PendingDeletion"
    key.deletion_date = now() + timedelta(days=days)
    return answer | {"KeyState": key.key_state, "DeletionDate": key.deletion_date}


def get_key_rotation_status(call: Call) -> Answer:
    """Whether the key is rotated; a replica is rotated with its primary key."""
    key = key_of(call)
    source = key
    if key.multi_region and not _is_primary(key):
        region = key.multi_region_configuration["PrimaryKey"]["Region"]
        source = call.backend_of("kms", region).keys.get(key.id, key)
    return {"KeyRotationEnabled": source.key_rotation_status, "KeyId": key.arn}


def key_of(call: Call) -> Any:
    """The key that a request names. Raises `Refusal` if there is none."""
    identifier = call.backend.get_key_id(call["KeyId"])
    found = call.backend.keys.get(identifier)
    if found is None:
        raise Refusal("NotFoundException", f"Key '{call['KeyId']}' does not exist")
    return found


def _is_primary(key: Any) -> bool:
    return key.multi_region and key.multi_region_configuration["PrimaryKey"]["Arn"] == key.arn


def _replicas(call: Call, primary: Any) -> Iterator[Any]:
    for region in primary.multi_region_configuration["ReplicaKeys"]:
        found = call.backend_of("kms", region["Region"]).keys.get(primary.id)
        if found is not None:
            yield found


def _introduce(call: Call, primary: Any) -> None:
    """Tell the primary key and all replicas about each other."""
    here = {"Arn": primary.arn, "Region": primary.region}
    backends = call.backend_of("kms", primary.region), *_others(call, primary)
    family = [backend.keys[primary.id] for backend in backends]
    replicas = [{"Arn": key.arn, "Region": key.region} for key in family if key is not primary]
    for key in family:
        kind = "PRIMARY" if key is primary else "REPLICA"
        own = {"MultiRegionKeyType": kind, "PrimaryKey": here, "ReplicaKeys": [dict(one) for one in replicas]}
        key.multi_region_configuration = own


def _others(call: Call, primary: Any) -> list[Any]:
    account = call.account_backends("kms")
    return [
        found for region, found in account.items() if region != primary.region and primary.id in found.keys
    ]


def _told(key: Any) -> dict[str, Any]:
    return key.to_dict()["KeyMetadata"]


OPERATIONS: Final[tuple[Operation, ...]] = (replicate_key, schedule_key_deletion, get_key_rotation_status)

"""S3: the replication of a bucket, with all of its rules' settings, and what its policy denies.

No objects are copied.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any, Final

from moto.iam.access_control import (  # pyright: ignore[reportMissingTypeStubs]
    IAMPolicy,
    PermissionResult,
)
from moto.s3.models import FakeBucket  # pyright: ignore[reportMissingTypeStubs]

from provisioner.local.operation import Answer, Call, Operation, Refusal, kept


def put_bucket_replication(call: Call) -> Answer:
    """Nothing; the bucket is replicated as the rules say."""
    bucket = _bucket(call, call["Bucket"])
    if not bucket.is_versioned:
        text = "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        raise Refusal("InvalidRequest", text)
    config = call["ReplicationConfiguration"]
    for rule in config["Rules"]:
        _check(call, rule)
    rules = [{"ID": rule.get("ID") or secrets.token_hex(24), **rule} for rule in config["Rules"]]
    kept(bucket, "replication")["is"] = {**config, "Rules": rules}
    return {}


def get_bucket_replication(call: Call) -> Answer:
    """The rules as they were given; each has an id."""
    found = kept(_bucket(call, call["Bucket"]), "replication").get("is")
    if found is None:
        raise Refusal("ReplicationConfigurationNotFoundError", "The replication configuration was not found")
    return {"ReplicationConfiguration": found}


def delete_bucket_replication(call: Call) -> Answer:
    """Nothing; the bucket is not replicated any more, if it was."""
    kept(_bucket(call, call["Bucket"]), "replication").clear()
    return {}


def _bucket(call: Call, name: str) -> Any:
    return call.backend.get_bucket(name)  # moto refuses an unknown one


def _check(call: Call, rule: Mapping[str, Any]) -> None:
    if "Filter" in rule:
        for member in ("DeleteMarkerReplication", "Priority"):
            if member not in rule:
                schema = "this version of Cross Region Replication configuration schema"
                text = f"{member} must be specified for {schema}."
                raise Refusal("InvalidRequest", text)
    target = rule["Destination"]
    selected = rule.get("SourceSelectionCriteria", {}).get("SseKmsEncryptedObjects", {})
    if bool(target.get("EncryptionConfiguration")) != (selected.get("Status") == "Enabled"):
        text = (
            "SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present, and only then."
        )
        raise Refusal("InvalidRequest", text)
    if target.get("Account", call.account) != call.account:
        return  # a bucket of somebody else's
    bucket = call.backend.buckets.get(target["Bucket"].rpartition(":")[2])
    if bucket is None:
        raise Refusal("InvalidRequest", "Destination bucket must exist.")
    if not bucket.is_versioned:
        raise Refusal("InvalidRequest", "Destination bucket must have versioning enabled.")


def _permission(bucket: Any, action: str, resource: str) -> PermissionResult:
    """What a bucket's policy says of a request.

    moto takes a statement with a condition for one that always holds: one that denies whatever comes without
    TLS would deny everything.
    """
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    policy: dict[str, Any] = json.loads(bucket.policy)
    statements = [each for each in policy["Statement"] if "Condition" not in each]
    return IAMPolicy(json.dumps({**policy, "Statement": statements})).is_action_permitted(action, resource)


CORRECTIONS: Final = ((FakeBucket, "get_permission", _permission),)

OPERATIONS: Final[tuple[Operation, ...]] = (
    put_bucket_replication,
    get_bucket_replication,
    delete_bucket_replication,
)

"""Updates of clusters, node groups and add-ons: what was asked, and that it is done.

The answer to a request says `InProgress`, and DescribeUpdate then `Successful`: callers wait as with AWS.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from provisioner.local.eks.lookup import cluster_of
from provisioner.local.operation import Answer, Call, Item, Operation, Refusal, kept, now, page

SUBJECTS: Final = ("nodegroupName", "addonName")
"""What an update is about, if not the cluster as a whole."""


def repeated(call: Call, cluster: Any) -> Answer | None:
    """The answer to the same request, if it was sent before: an update is made once for a request token."""
    for item in kept(cluster, "updates").values():
        if item.is_wanted_again(call):
            return {"update": item.told | {"status": "InProgress", "errors": []}}
    return None


def begun(call: Call, cluster: Any, type: str, changed: Mapping[str, Any]) -> Answer:
    """The answer that an update has begun. `changed` has EKS's words for what was given."""
    told: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "status": "Successful",
        "type": type,
        "params": [
            {"type": name, "value": _text(value)} for name, value in changed.items() if value is not None
        ],
        "createdAt": now(),
        "errors": [],
    }
    kept(cluster, "updates")[told["id"]] = Item(told, dict(call.parameters))
    return {"update": told | {"status": "InProgress"}}


def describe_update(call: Call) -> Answer:
    """One update; that of a node group or add-on only if it is named, too."""
    found = kept(cluster_of(call, "name"), "updates").get(call["updateId"])
    if found is None or not _is_about(found, call):
        message = f"No update found for ID: {call['updateId']}"
        raise Refusal("ResourceNotFoundException", message, clusterName=call["name"])
    return {"update": found.told}


def list_updates(call: Call) -> Answer:
    """The ids of the updates of a cluster, or of the node group or add-on that is named."""
    items: Iterable[Item] = kept(cluster_of(call, "name"), "updates").values()
    ids, token = page([item.told["id"] for item in items if _is_about(item, call)], call)
    return {"updateIds": ids, "nextToken": token}


def _is_about(item: Item, call: Call) -> bool:
    return all(item.request.get(name) == call.get(name) for name in SUBJECTS)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


OPERATIONS: Final[tuple[Operation, ...]] = (describe_update, list_updates)

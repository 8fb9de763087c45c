"""SQS: a change of a queue's settings leaves the others alone, and a queue has one kind of key.

moto takes the policy off with every change that does not name it, and forgets who may redrive to a queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from moto.sqs.models import Queue  # pyright: ignore[reportMissingTypeStubs]

from provisioner.local.operation import Correction, Operation

_TAKEN_OFF: Final = ("KmsMasterKeyId", "Policy", "RedriveAllowPolicy")
"""Settings that an empty text takes off."""

_THEIRS: Final[Any] = vars(Queue)["_set_attributes"]


def set_attributes(queue: Any, attributes: Mapping[str, Any], now: float | None = None) -> None:
    """Give a queue these settings; a new one is given all there are."""
    wanted = {"Policy": getattr(queue, "policy", None), **attributes}
    if wanted.get("KmsMasterKeyId"):
        wanted["SqsManagedSseEnabled"] = "false"
    elif wanted.get("SqsManagedSseEnabled") == "true":
        wanted["KmsMasterKeyId"] = None
    _THEIRS(queue, {name: each or None if name in _TAKEN_OFF else each for name, each in wanted.items()}, now)


OPERATIONS: Final[tuple[Operation, ...]] = ()

CORRECTIONS: Final[tuple[Correction, ...]] = (
    (Queue, "redrive_allow_policy", None),
    (Queue, "BASE_ATTRIBUTES", [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]),
    (Queue, "_set_attributes", set_attributes),
)

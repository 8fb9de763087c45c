"""The operations that the local cloud has beyond moto's: which, and how moto learns of them.

moto loads a service at the first request to it, and the additions are loaded then: `install` costs nothing.
What neither moto nor this package has is in `limits.py`.
"""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

_PACKAGE: Final = "provisioner.local"


@dataclass(frozen=True, slots=True)
class Addition:
    """What one service of moto's gets."""

    response_class: str
    """moto's class with the methods of the service, in `moto.<service>.responses`."""

    modules: tuple[str, ...]
    """Of this package; each has `OPERATIONS`, and `CORRECTIONS` if some of moto's own code is replaced."""

    grafting: str = "grafting"
    """The module of this package whose `graft` knows how moto routes the service."""


ADDITIONS: Final = {
    "eks": Addition(
        "EKSResponse",
        (
            "eks.clusters",
            "eks.cluster_updates",
            "eks.versions",
            "eks.node_groups",
            "eks.node_group_updates",
            "eks.addons",
            "eks.addon_catalogue",
            "eks.access_entries",
            "eks.pod_identity",
            "eks.updates",
            "eks.tags",
        ),
    ),
    "ec2": Addition(
        "EC2Response",
        (
            "ec2.placement_groups",
            "ec2.capacity_reservations",
            "ec2.launch_templates",
            "ec2.peering",
            "ec2.internet_gateways",
            "ec2.public_access",
            "ec2.rule_descriptions",
            "ec2.tags",
        ),
    ),
    "ecr": Addition("ECRResponse", ("ecr",)),
    "efs": Addition("EFSResponse", ("efs",)),
    "route53": Addition("Route53", ("route53.zones", "route53.records", "route53.health_checks")),
    "route53resolver": Addition("Route53ResolverResponse", ("dns_firewall", "dns_firewall_config")),
    "iam": Addition("IamResponse", ("iam",)),
    "rds": Addition("RDSResponse", ("rds.instances", "rds.groups")),
    "s3": Addition("S3Response", ("s3",), grafting="grafting_s3"),
    "kms": Addition("KmsResponse", ("kms", "kms_grants")),
    "logs": Addition("LogsResponse", ("logs",)),
    "sqs": Addition("SQSResponse", ("sqs",)),
}
"""By moto's name of the service."""

SETTINGS: Final = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",  # 1,300 images in each region, which nothing of ours needs
}
"""Environment variables of moto; each is read when what it is about is loaded."""

_EVERYWHERE: Final = "iam"
"""Whatever is asked, moto asks this service who asks."""

_known: set[str] = set()
_lock = threading.RLock()


def install() -> None:
    """Set moto up in this process, and let it learn our operations of a service when it loads the service."""
    os.environ.update(SETTINGS)
    backends: Any = importlib.import_module("moto.backends")
    original = backends.get_backend
    if getattr(original, "has_additions", False):
        return

    def get_backend(name: str) -> Any:
        found = original(name)
        for service in (name, _EVERYWHERE):
            if service in ADDITIONS and service not in _known:
                _extend(service)
        return found

    get_backend.has_additions = True  # pyright: ignore[reportFunctionMemberAccess]
    backends.get_backend = get_backend


def operations(service: str) -> Iterator[Any]:
    """The operations added to a service; loads them."""
    for module in ADDITIONS[service].modules:
        yield from importlib.import_module(f"{_PACKAGE}.{module}").OPERATIONS


def _extend(service: str) -> None:
    with _lock:
        if service in _known:
            return
        addition = ADDITIONS[service]
        for module in addition.modules:
            for owner, name, new in getattr(
                importlib.import_module(f"{_PACKAGE}.{module}"), "CORRECTIONS", ()
            ):
                setattr(owner, name, new)
        grafting: Any = importlib.import_module(f"{_PACKAGE}.{addition.grafting}")
        grafting.graft(service, addition.response_class, tuple(operations(service)))
        _known.add(service)

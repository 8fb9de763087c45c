"""The schema of a package, as far as the engine asks for it: the types, and the inputs they take.

`pulumi import` writes the program's text by it. What values an input has is left open: programs are typed by
the classes of the SDK's own package.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Protocol, runtime_checkable

from provisioner.providers.interface import Package

_ANYTHING: Final = {"$ref": "pulumi.json#/Any"}
_MODULE: Final = "(.*)(?:/[^/]*)"
"""The part of `ec2/vpc` that is the module of the class, `ec2`: as in the schemas of bridged providers."""


@runtime_checkable
class Described(Protocol):
    """A package that knows what its types take."""

    def takes(self, type: str) -> Mapping[str, bool]:
        """The input properties of a type, and whether each has to be given."""
        ...


def schema(package: Package) -> str:
    """The schema as JSON."""
    types = sorted(package.types())
    return json.dumps(
        {
            "name": types[0].partition(":")[0] if types else "",
            "version": package.version,
            "meta": {"moduleFormat": _MODULE},
            "provider": {},
            "resources": {each: _resource(package, each) for each in types},
        }
    )


def _resource(package: Package, type: str) -> dict[str, Any]:
    taken: Mapping[str, bool] = package.takes(type) if isinstance(package, Described) else {}
    return {
        "inputProperties": dict.fromkeys(sorted(taken), _ANYTHING),
        "requiredInputs": sorted(name for name, required in taken.items() if required),
    }

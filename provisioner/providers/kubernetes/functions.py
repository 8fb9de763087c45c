"""Functions of the package that need no cluster."""

from __future__ import annotations

from typing import Any, Final

import yaml

from provisioner.plan.values import Properties
from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.objects import members, metadata_of, rows

DECODE: Final = "kubernetes:yaml:decode"
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def answer(token: str, arguments: Properties) -> Properties:
    """What a function answers. Raises `Refused` for those there are none of."""
    if token != DECODE:
        raise Refused(
            f"there is no function {token}. Charts are delivered as `kubernetes.helm.v3.Release`; what has to"
            " be rendered on the way (`Chart`, `Directory`) takes Pulumi's own plugin"
        )
    try:
        documents = [each for each in yaml.load_all(str(arguments.get("text", "")), Loader=_LOADER) if each]
    except yaml.YAMLError as broken:
        raise Refused(f"this is no YAML: {broken}") from broken
    default = arguments.get("defaultNamespace")
    return {"result": [_placed(each, default) for each in _flat(documents)]}


def _flat(documents: list[Any]) -> list[Any]:
    """The objects, those of lists among them."""
    return [item for each in documents for item in rows(members(each).get("items", [each]))]


def _placed(document: Any, default: Any) -> Any:
    if not default or metadata_of(document).get("namespace"):
        return document
    return {**document, "metadata": {**metadata_of(document), "namespace": default}}

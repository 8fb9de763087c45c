"""Which settings fit to those before them: the rules of an environment by the setting that each refuses.

A rule is given the setting and the rest: those that stand before it in the model and are right themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic_core import PydanticCustomError, PydanticKnownError

from environments import clouds, crossing
from environments.diagnostics import Problem
from environments.section import refused
from environments.team_rules import teams_of

Refusal = PydanticCustomError | PydanticKnownError
Rest = Mapping[str, Any]
Rule = Callable[[Any, Rest], Refusal | None]


def refusal(name: str, value: object, rest: Rest) -> Refusal | None:
    """Why the setting cannot be beside the rest, or None."""
    if no := clouds.only_with_a_cloud(name, value, rest.get("cloud")):
        return no
    rule = _RULES.get(name)
    return rule(value, rest) if rule else None


def _account(value: Any, rest: Rest) -> Refusal | None:
    return clouds.account_of(value, rest.get("cloud"))


def _state(value: Any, rest: Rest) -> Refusal | None:
    return clouds.state_of(value, rest.get("cloud"))


def _region(value: Any, rest: Rest) -> Refusal | None:
    return clouds.region_of(value, rest.get("cloud"))


def _replicas(value: Any, rest: Rest) -> Refusal | None:
    return crossing.replicas_of(value, rest.get("region"), rest.get("network"))


def _registry(value: Any, rest: Rest) -> Refusal | None:
    return crossing.registry_of(value, rest.get("connectivity")) if value else None


def _encryption(value: Any, rest: Rest) -> Refusal | None:
    return _vault_rules().encryption_of(value, rest) if value.vault else None


def _model_store(value: Any, rest: Rest) -> Refusal | None:
    if not (value.sealed_by or value.signed_by or value.signing_keys):
        return None
    from environments.model_seals import store_of  # noqa: PLC0415 - only who seals models pays for it

    encryption, replicas = rest.get("encryption"), rest.get("replicas", ())
    return next(store_of(value, encryption, rest.get("cloud"), replicas), None)


def _cluster(value: Any, rest: Rest) -> Refusal | None:
    vault = _vault(rest)
    if value is None and (vault or "encryption" not in rest):
        return None
    if (no := clouds.cluster_of(value, rest.get("cloud"))) or not value:
        return no
    if vault and (no := _vault_rules().cluster_of(vault, value, rest)):
        return no
    return crossing.cluster_of(value, rest.get("connectivity"), rest.get("replicas", ()))


def _delivery(value: Any, rest: Rest) -> Refusal | None:
    if value is None and "encryption" not in rest:
        return None
    if value is None and (vault := _vault(rest)):
        return _vault_rules().delivery_of(vault)
    if value is None:
        return clouds.nothing_delivered(rest.get("cloud"))
    return crossing.delivery_of(value, rest["cluster"], rest.get("cloud")) if "cluster" in rest else None


def _gpu_pools(value: Any, rest: Rest) -> Refusal | None:
    if not value or "cluster" not in rest:
        return None
    no = crossing.pools_of(value, rest["cluster"], rest.get("network"))
    return no or crossing.regions_of(value, _regions(rest))


def _teams(value: Any, rest: Rest) -> Refusal | None:
    if (vault := _vault(rest)) and (no := _vault_rules().teams_of(vault, value)):
        return no
    is_known = {"gpu_pools", "delivery"} <= rest.keys()
    return teams_of(value, rest["gpu_pools"], rest["delivery"]) if value and is_known else None


def _data_services(value: Any, rest: Rest) -> Refusal | None:
    if (vault := _vault(rest)) and (no := _vault_rules().services_of(vault, value)):
        return no
    if not value or "cluster" not in rest:
        return None
    no = crossing.no_cluster(rest["cluster"], "data services and the roles that use them")
    return no or crossing.services_of(value)


def _models(value: Any, rest: Rest) -> Refusal | None:
    return crossing.models_of(value, rest, _regions(rest)) if value else None


def _gateway(value: Any, rest: Rest) -> Refusal | None:
    return crossing.gateway_to_nothing() if value and not rest.get("models", True) else None


def _dns(value: Any, rest: Rest) -> Refusal | None:
    if not value or rest.get("replicas", True):
        return None
    detail = "Its records lead from a region that fails to another one, and there is one region only."
    return refused(Problem.CONTRADICTION, detail, "add `replicas`, or remove `dns`.", because=("replicas",))


def _vault(rest: Rest) -> Any:
    """The Vault, where there is one and the section is right so far."""
    encryption = rest.get("encryption")
    return encryption.vault if encryption else None


def _vault_rules() -> Any:
    from environments import vault_rules  # noqa: PLC0415 - only who has a Vault pays for it

    return vault_rules


def _regions(rest: Rest) -> tuple[str, ...]:
    """The regions that are known to be right so far."""
    replicas = (replica.region for replica in rest.get("replicas", ()))
    return (*filter(None, [rest.get("region")]), *replicas)


_RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "account": _account,
        "state": _state,
        "region": _region,
        "replicas": _replicas,
        "encryption": _encryption,
        "registry": _registry,
        "model_store": _model_store,
        "cluster": _cluster,
        "delivery": _delivery,
        "gpu_pools": _gpu_pools,
        "teams": _teams,
        "data_services": _data_services,
        "models": _models,
        "gateway": _gateway,
        "dns": _dns,
    }
)

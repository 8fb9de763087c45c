"""What the choice of a cloud makes necessary, and what it makes impossible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import PydanticCustomError, PydanticKnownError

from environments.account import Account, State
from environments.bucket_address import BucketAddress
from environments.cluster import Cluster, ExistingCluster
from environments.diagnostics import Problem
from environments.encryption import Encryption
from environments.key_address import BY_PHRASE, VAULT
from environments.model_store import ModelStore
from environments.regions import unknown_region
from environments.section import refused

NONE: Final = "none"
"""No cloud at all: clusters that exist, and nothing of AWS."""

PLACE: Final = r"^[a-z][a-z0-9-]{0,28}[a-z0-9]$"
"""A name for where an environment without a cloud is; part of the names of its stacks."""

NEEDED: Final = ("network", "registry")
"""Settings without a default, where there is a cloud."""

_ABOUT_AWS: Final = (*NEEDED, "account", "replicas", "model_store", "data_services", "dns")

_OF_MODELS: Final = frozenset({"sealed_by", "signed_by", "signing_keys"})
"""Of the section about the model store, what is about models wherever they lie."""

_EXISTING: Final = "cluster: {kind: existing, kubeconfig: ./kubeconfig, context: on-prem}"


def account_of(account: Account | None, cloud: str | None) -> PydanticCustomError | None:
    """Why this is not the cloud's account, or None."""
    match cloud, account:
        case "aws", None:
            detail = "`cloud: aws` acts on an account, and the tool must know which one it may touch."
            fix = 'add `account: {id: "123456789012"}` with the id of your account.'
            return refused(Problem.MISSING, detail, fix, because=("cloud",))
        case "local", Account():
            detail = "`cloud: local` has one account, its own; what is named here would be ignored."
            fix = "remove `account`, or write `cloud: aws`."
            return refused(Problem.CONTRADICTION, detail, fix, because=("cloud",))
        case "none", Account():
            return _about_aws("account")
        case _:
            return None


def state_of(state: State, cloud: str | None) -> PydanticCustomError | None:
    """Why the state of such an environment cannot be kept like that, or None."""
    if cloud == "local" and isinstance(state.backend, BucketAddress):
        detail = "`cloud: local` is on this machine and goes with it; a shared state would lie to others."
        fix = "remove `backend`, or write `cloud: aws`."
        return refused(Problem.CONTRADICTION, detail, fix, at=("backend",), because=("cloud",))
    if cloud == "local" and state.secrets != BY_PHRASE:
        where = "Vault" if state.secrets.startswith(VAULT) else "AWS"
        detail = f"`cloud: local` keeps a passphrase of its own; a key in {where} is of no use to it."
        fix = "remove `secrets`, or write `cloud: aws`."
        return refused(Problem.CONTRADICTION, detail, fix, at=("secrets",), because=("cloud",))
    if cloud == NONE:
        return _without_a_region(state)
    return None


def _without_a_region(state: State) -> PydanticCustomError | None:
    """Buckets and keys that name no region are in the environment's, which is none of AWS here."""
    for name, address in (("backend", str(state.backend)), ("secrets", state.secrets)):
        is_in_aws = "://" in address and not address.startswith(VAULT)
        if is_in_aws and "region=" not in address and "arn:" not in address:
            detail = f"`{address}` names no region, and with `cloud: none` the environment is in none of AWS."
            fix = f"add it: `{address}{'&' if '?' in address else '?'}region=us-east-1`."
            return refused(Problem.MISSING, detail, fix, at=(name,), because=("cloud",))
    return None


def region_of(region: str, cloud: str | None) -> PydanticCustomError | None:
    """Why this is no region of the cloud, or without one no name of a place, or None."""
    if cloud != NONE:
        return unknown_region(region)
    if re.search(PLACE, region):
        return None
    detail = f"`{region}` is no name of a place: 2 to 30 lower-case letters, digits and `-`."
    return refused(Problem.FORM, detail, "write, for example, `region: munich`.", because=("cloud",))


def cluster_of(cluster: Cluster | None, cloud: str | None) -> PydanticCustomError | None:
    """Why this is no cluster of such an environment, or None."""
    if cloud != NONE or isinstance(cluster, ExistingCluster):
        return None
    if cluster is None:
        detail = "With `cloud: none` there is nothing but a cluster that exists, and none is named."
        return refused(Problem.MISSING, detail, f"add `{_EXISTING}`.", because=("cloud",), blame="whole")
    detail = "A cluster on EKS is made on AWS, and `cloud: none` has nothing of AWS."
    fix = f"write `{_EXISTING}`, or `cloud: aws`."
    return refused(Problem.CONTRADICTION, detail, fix, at=("kind",), because=("cloud",))


def nothing_delivered(cloud: str | None) -> PydanticCustomError | None:
    """Why an environment that delivers nothing would have nothing at all, or None."""
    if cloud != NONE:
        return None
    detail = "With `cloud: none` all there is is what is delivered into the cluster, and nothing says how."
    fix = "add `delivery: direct`, or `delivery: gitops`."
    return refused(Problem.MISSING, detail, fix, because=("cloud",), blame="whole")


def only_with_a_cloud(
    name: str, value: object, cloud: str | None
) -> PydanticCustomError | PydanticKnownError | None:
    """Why a setting that is about AWS is missing, or is there where there is no cloud, or None."""
    if cloud != NONE:
        return PydanticKnownError("missing") if value is None and name in NEEDED else None
    if isinstance(value, Encryption):
        return _about_aws("encryption.kms", "kms") if "kms" in value.model_fields_set else None
    if isinstance(value, ModelStore) and (value.model_fields_set & _OF_MODELS or not value.model_fields_set):
        others = sorted(value.model_fields_set - _OF_MODELS)
        return _about_aws(f"model_store.{others[0]}", others[0]) if others else None
    is_there = value not in (None, ()) and name in _ABOUT_AWS
    return _about_aws(name) if is_there else None


def what_there_is(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of an environment, without those about AWS where there is no cloud."""
    if settings.get("cloud") != NONE:
        return dict(settings)
    kept = {name: value for name, value in settings.items() if name not in _ABOUT_AWS}
    store = settings.get("model_store", {})
    parts = {
        "encryption": {
            name: value for name, value in kept.pop("encryption", {}).items() if name != "kms" and value
        },
        "model_store": {name: value for name, value in store.items() if name in _OF_MODELS and value},
    }
    return {**kept, **{name: part for name, part in parts.items() if part}}


def _about_aws(name: str, *at: str) -> PydanticCustomError:
    detail = f"`{name}` is about AWS, and `cloud: none` has nothing of AWS."
    fix = f"remove `{name}`, or write `cloud: aws`."
    return refused(Problem.CONTRADICTION, detail, fix, at=at, because=("cloud",), blame="name")

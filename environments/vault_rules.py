"""What a Vault makes necessary in the rest of an environment, and what it has no use for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from environments.clouds import NONE
from environments.cluster import EksCluster, ExistingCluster
from environments.data_services import Postgres
from environments.diagnostics import Problem
from environments.quantities import days
from environments.section import refused
from environments.vault_policies import granting_themselves

if TYPE_CHECKING:
    from environments.encryption import Encryption
    from environments.vault import Vault


def encryption_of(encryption: Encryption, rest: Mapping[str, Any]) -> PydanticCustomError | None:
    """Why its keys and policies cannot be like that, or None."""
    vault, name = encryption.vault, rest.get("name")
    if no := _keys_of_kms(encryption, rest.get("cloud")):
        return no
    return granting_themselves(vault.policies, name, "vault", "policies") if vault and name else None


def _keys_of_kms(encryption: Encryption, cloud: str | None) -> PydanticCustomError | None:
    """The policy in the section `vault` is about keys in KMS, too."""
    if not encryption.vault or cloud in (None, NONE):
        return None
    said = encryption.vault.limits.too_long(encryption.kms.rotation)
    is_written = "rotation" in encryption.kms.model_fields_set
    at = ("kms", "rotation") if is_written else ("vault", "limits", "rotation")
    because = ("encryption.vault.limits.rotation", "encryption.kms.rotation", "cloud")
    if said and not is_written:
        least = days(encryption.vault.limits.rotation)
        detail = (
            f"Keys in KMS are rotated every {days(encryption.kms.rotation)}, and no key may be kept so long."
        )
        said = detail, f"add `kms: {{rotation: {least}}}` to `encryption`, or raise the limit."
    return refused(Problem.ROTATION, *said, at=at, because=because) if said else None


def cluster_of(vault: Vault, cluster: object, rest: Mapping[str, Any]) -> PydanticCustomError | None:
    """Why Vault could not ask the cluster who a pod is, or None."""
    store = rest.get("model_store")
    opens = ["`model_store.sealed_by`"] if store and store.sealed_by == "vault" else []
    asks = ", ".join([*(f"`encryption.vault.{name}`" for name in vault.needs_pods), *opens])
    if asks and isinstance(cluster, ExistingCluster) and not vault.kubernetes:
        detail = f"{asks}: for these Vault asks the cluster who a pod is, and nothing says how it reaches it."
        fix = "add `encryption: {vault: {kubernetes: {host: …}}}`, the address of the cluster's interface."
        return refused(Problem.MISSING, detail, fix, because=("encryption.vault",))
    if isinstance(cluster, EksCluster) and vault.kubernetes:
        detail = "A cluster on EKS is known to Vault; `encryption.vault.kubernetes` is about another."
        fix = "remove `kubernetes` there."
        return refused(Problem.CONTRADICTION, detail, fix, at=("kind",), because=("encryption.vault",))
    return None


def delivery_of(vault: Vault) -> PydanticCustomError | None:
    """Why nothing would come of what Vault has for pods where nothing is delivered, or None."""
    if needed := vault.needs_pods:
        detail = f"`encryption.vault.{needed[0]}` is about pods, and nothing is delivered into a cluster."
        fix = "add `cluster` and `delivery: direct`, or `delivery: gitops`, or remove it."
        return refused(Problem.MISSING, detail, fix, because=("encryption.vault",), blame="whole")
    return None


def teams_of(vault: Vault, teams: Sequence[object]) -> PydanticCustomError | None:
    """Why nobody would have secrets, or None."""
    if teams or not vault.secrets:
        return None
    detail = "`encryption.vault.secrets` puts secrets into namespaces of teams, and there are no `teams`."
    fix = "add `teams`, or remove `secrets`."
    return refused(Problem.CONTRADICTION, detail, fix, because=("encryption.vault",))


def services_of(vault: Vault, services: Sequence[object]) -> PydanticCustomError | None:
    """Why there is no database to have accounts in, or None."""
    if not vault.databases or any(isinstance(service, Postgres) for service in services):
        return None
    detail = "`encryption.vault.databases` makes accounts in databases, and no data service is one."
    fix = "add `data_services: [{name: …, kind: postgres}]`, or remove `databases`."
    return refused(Problem.CONTRADICTION, detail, fix, because=("encryption.vault",))

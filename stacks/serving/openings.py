"""How the servers of a model open what is sealed, and by what they are let in to its key."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components.model_artifact import KmsWay, Opening, VaultWay
from environments.model_seals import key_of
from environments.model_signature import envelope, statement
from environments.model_sources import Source
from environments.models import Model
from stacks.cluster_stack import ClusterStack
from stacks.vault_names import cluster_mount, model_role, mount, policy_name


def opens_by_vault(stack: ClusterStack, model: Model) -> bool:
    """Whether some version of the model is opened by Vault; on a desk without one nobody opens anything."""
    env = stack.environment
    has_keys = env.model_store.sealed_by == "vault" and env.encryption.vault is not None
    return has_keys and any(source.sealed for _, source in model.versions)


def opening(stack: ClusterStack, model: Model, version: int, source: Source) -> Opening | None:
    """How one version is opened; None: it is not sealed, or this is a desk without the keys."""
    store = stack.environment.model_store
    by_vault = opens_by_vault(stack, model)
    if not source.sealed or not (by_vault or store.sealed_by == "kms"):
        return None
    said = statement(model.name, version, source.digest)
    return Opening(
        model=model.name,
        version=version,
        way=_by_vault(stack, model) if by_vault else _by_kms(stack),
        statement=said if source.signature else None,
        envelope=envelope(said, [source.signature]) if source.signature else None,
        keys=store.signing_keys,
    )


def _by_vault(stack: ClusterStack, model: Model) -> VaultWay:
    from stacks.vault_provider import trusted_by, vault_of  # noqa: PLC0415 - see below

    env = stack.environment
    settings = vault_of(env)
    return VaultWay(
        address=settings.address,
        namespace=settings.namespace,
        authority=trusted_by(stack.here),
        mount=mount(env, "transit"),
        key=key_of(model.name),
        method=cluster_mount(env, stack.region),
        role=model_role(model.name),
    )


def _by_kms(stack: ClusterStack) -> KmsWay:
    return KmsWay(key=f"alias/{stack.named('sealing')}", region=stack.region)


def vault_roles(stack: ClusterStack) -> Mapping[str, pulumi.Resource]:
    """The roles by which servers log in to Vault, by model."""
    # `pulumi_vault` takes a tenth of a second, and only who opens by Vault pays for it.
    from components.model_vault_role import ModelVaultRole, ModelVaultRoleArgs  # noqa: PLC0415
    from stacks.vault_provider import vault_opts  # noqa: PLC0415

    env = stack.environment
    opened = {each.name: n for n, each in enumerate(env.models) if opens_by_vault(stack, each)}
    opts = vault_opts(env) if opened else None
    return {
        name: ModelVaultRole(
            stack.named(f"model-{name}-vault"),
            ModelVaultRoleArgs(
                origin=f"models[{number}].source",
                mount=cluster_mount(env, stack.region),
                role=model_role(name),
                namespace=env.models[number].team,
                service_account=name,
                policies=[policy_name(env, key_of(name))],
            ),
            opts,
        )
        for name, number in opened.items()
    }

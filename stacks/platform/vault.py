"""What a cluster has of the environment's Vault: who of it logs in, secrets for teams, and an issuer."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Final

import pulumi

from components import vault_issuer
from components.model_network import Egress, anywhere
from components.private_ca import ROLE
from components.team_namespace import TeamNamespace
from components.team_secrets import TeamSecrets, TeamSecretsArgs
from components.vault_cluster import PodRole, VaultCluster, VaultClusterArgs
from components.vault_database import creds_policy
from components.vault_issuer import VaultIssuer, VaultIssuerArgs
from components.vault_operator import OperatorConnection, OperatorConnectionArgs
from components.vault_reach import InNamespace, VaultPlace, VaultReach, VaultReachArgs
from components.vault_secrets import team_policy
from components.vault_server import VaultServer
from environments.cluster import EksCluster
from environments.connectivity import AirGap
from environments.data_services import Postgres
from environments.model import Environment
from environments.needed_software import certifies, secret_software
from environments.network import PRIVATE_BLOCKS
from environments.software_book import BOOK
from stacks.addresses import namespace_of, port_of
from stacks.cluster_stack import ClusterStack
from stacks.platform.charts import Charts
from stacks.vault_names import ISSUER_ROLE, cluster_mount, database_name, mount, policy_name, team_role
from stacks.vault_provider import trusted_by, vault_of, vault_opts

_EKS_AUDIENCE: Final = "https://kubernetes.default.svc"
"""Whom tokens for the interface of a cluster on EKS are for, as the tokens of its pods say."""

_CERTIFICATES: Final = "cert-manager"


def vault_for_pods(stack: ClusterStack, charts: Charts, spaces: Mapping[str, TeamNamespace]) -> None:
    """What the cluster's pods have of Vault, where it is known how Vault reaches the cluster.

    After the charts, which bring the kinds.
    """
    env, settings = stack.environment, vault_of(stack.environment)
    if not (isinstance(env.cluster, EksCluster) or settings.kubernetes):
        return
    login = _login(stack)
    reach = _reach(stack, charts, spaces)
    after: list[pulumi.Resource] = [login, reach, *spaces.values()]
    if secret_software(env):
        _secrets(stack, charts, after)
    if certifies(env):
        _issuer(stack, charts, after)


def _login(stack: ClusterStack) -> VaultCluster:
    env = stack.environment
    host, authority = _interface(stack)
    return VaultCluster(
        stack.named(f"vault-{stack.region}"),
        VaultClusterArgs(
            origin="encryption.vault",
            mount=cluster_mount(env, stack.region),
            roles=[*_roles(env, stack.region)],
            host=host,
            authority=authority,
        ),
        vault_opts(env),
    )


def _interface(stack: ClusterStack) -> tuple[pulumi.Input[str], pulumi.Input[str] | None]:
    """Where Vault finds the cluster, and by which certificates it trusts it."""
    known = vault_of(stack.environment).kubernetes
    if known:
        return known.host, stack.here.certificates[str(known.ca)] if known.ca else None
    authority = stack.cluster_output("clusterCertificateAuthority")
    return stack.cluster_output("clusterEndpoint"), authority.apply(lambda text: b64decode(text).decode())


def _roles(env: Environment, region: str) -> Iterator[PodRole]:
    for team in env.teams:
        yield PodRole(
            name=team_role(team.name),
            namespaces=[team.name],
            accounts=["*"],
            policies=[team_policy(env.name, team.name)],
        )
    for workload, policies in _workloads(env, region).items():
        namespace, account = workload.split("/")
        yield PodRole(
            name=f"{namespace}.{account}", namespaces=[namespace], accounts=[account], policies=policies
        )
    if certifies(env):
        yield PodRole(
            name=ISSUER_ROLE,
            namespaces=[_CERTIFICATES],
            accounts=[vault_issuer.ACCOUNT],
            policies=[policy_name(env, "certificates")],
        )


def _workloads(env: Environment, region: str) -> Mapping[str, list[str]]:
    """Service account, `<namespace>/<name>` -> its policies, beside those of its team."""
    given: dict[str, list[str]] = {}
    for each in vault_of(env).policies:
        for workload in each.workloads:
            given.setdefault(workload, []).append(policy_name(env, each.name))
    for workload, policy in _of_databases(env, region):
        given.setdefault(workload, []).append(policy)
    return given


def _of_databases(env: Environment, region: str) -> Iterator[tuple[str, str]]:
    """Who uses a database may ask for an account in it: pods in a namespace of its name, as that account."""
    if not vault_of(env).databases:
        return
    for service in env.data_services:
        if isinstance(service, Postgres):
            name = database_name(service.name, region)
            for reader in service.readers:
                yield f"{reader}/{reader}", creds_policy(env.name, name, "reader")
            for writer in service.writers:
                yield f"{writer}/{writer}", creds_policy(env.name, name, "writer")


def _reach(stack: ClusterStack, charts: Charts, spaces: Mapping[str, TeamNamespace]) -> VaultReach:
    env = stack.environment
    workloads = [tuple(each.split("/")) for each in _workloads(env, stack.region)]
    accounts = [(space, account) for space, account in workloads if space not in spaces]
    charts_here = [secret_software(env), _CERTIFICATES if certifies(env) else None]
    if certifies(env):
        accounts.append((_CERTIFICATES, vault_issuer.ACCOUNT))
    needs = [*spaces.values(), *charts.spaces_of(charts_here)]
    return VaultReach(
        stack.named("vault-reach"),
        VaultReachArgs(
            origin="encryption.vault",
            place=_place(env),
            clients=list(spaces),
            software=[BOOK[each].namespace for each in charts_here if each],
            accounts=accounts,
        ),
        pulumi.ResourceOptions.merge(stack.opts, pulumi.ResourceOptions(depends_on=needs)),
    )


def _place(env: Environment) -> VaultPlace:
    address = vault_of(env).address
    # A name of two labels may be a host outside as well, and then policies would lead nowhere.
    if (inside := namespace_of(address)) and ".svc" in address:
        return InNamespace(namespace=inside, port=port_of(address))
    if isinstance(env.connectivity, AirGap):
        blocks = [str(each) for each in (*PRIVATE_BLOCKS, *env.connectivity.boundary)]
        return Egress(blocks=blocks, but=(), port=port_of(address))
    return anywhere(port_of(address))


def _server(stack: ClusterStack) -> VaultServer:
    settings = vault_of(stack.environment)
    return VaultServer(
        address=settings.address,
        namespace=settings.namespace,
        authority=trusted_by(stack.here),
        login=cluster_mount(stack.environment, stack.region),
    )


def _secrets(stack: ClusterStack, charts: Charts, after: list[pulumi.Resource]) -> None:
    env, by = stack.environment, vault_of(stack.environment).secrets
    software = secret_software(env)
    assert software, "whoever calls has asked for it"
    assert by, "and so it is named"
    chart = charts.chart(software, {}, "encryption.vault.secrets")
    needs: list[pulumi.Resource] = [chart, *after]
    if by == "vault_operator":
        needs.append(
            OperatorConnection(
                stack.named("vault-connection"),
                OperatorConnectionArgs(
                    origin="encryption.vault", namespace=BOOK[software].namespace, server=_server(stack)
                ),
                _kinds_after(stack, needs),
            )
        )
    for number, team in enumerate(env.teams):
        TeamSecrets(
            stack.named(f"team-{team.name}-secrets"),
            TeamSecretsArgs(
                origin=f"teams[{number}]",
                team=team.name,
                members=team.members,
                by=by,
                server=_server(stack),
                role=team_role(team.name),
                store=mount(env, "kv"),
            ),
            _kinds_after(stack, needs),
        )


def _issuer(stack: ClusterStack, charts: Charts, after: list[pulumi.Resource]) -> None:
    env = stack.environment
    known = vault_of(env).kubernetes
    VaultIssuer(
        stack.named("vault-issuer"),
        VaultIssuerArgs(
            origin="encryption.vault.pki",
            server=_server(stack),
            path=f"{mount(env, 'pki-issuing')}/sign/{ROLE}",
            role=ISSUER_ROLE,
            audience=known.audience if known else _EKS_AUDIENCE,
        ),
        _kinds_after(stack, [charts.declared(_CERTIFICATES), *after]),
    )


def _kinds_after(stack: ClusterStack, needs: list[pulumi.Resource]) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(stack.opts_of_kinds, pulumi.ResourceOptions(depends_on=needs))

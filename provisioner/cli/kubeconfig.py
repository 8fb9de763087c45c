"""`provisioner kubeconfig`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import click

from environments.cluster import EksCluster, ExistingCluster, PrivateEndpoint
from provisioner.asked import Asked
from provisioner.cli.called import as_typed, this_program
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining, typed_again
from provisioner.cli.screen import err, out
from provisioner.cli.writing import OWNER_ONLY, write_over
from provisioner.engine.failures import ForeignCluster, NoClusterWanted, NoClusterYet, NoToken
from provisioner.engine.interface import Access
from provisioner.plan.values import revealed
from provisioner.providers.interface import Refused
from provisioner.report.kubeconfig import (
    PROXY,
    SOCKS,
    ClusterAccess,
    TokenCommand,
    credential_text,
    heading,
    kubeconfig_text,
    way_in,
)
from provisioner.wiring import Workspace, recorded, token_for

_LAYER = "cluster"
_ROLE = (
    "ARN of an IAM role to act as. Default: `account.assume_role` of the environment, which its clusters"
    " admit; without one, or with '', your own credentials."
)


@click.command("kubeconfig", cls=Explaining)
@ENVIRONMENT
@click.option("--region", help="Only the cluster of this region. Default: all, the primary current.")
@click.option("--out", "file", type=click.Path(path_type=Path), help="Write it to this file.")
@click.option("--role", help=_ROLE)
@click.option("--proxy", help="Proxy to the interface, such as socks5://127.0.0.1:1080.")
@click.option("--token", "as_token", is_flag=True, help="Print a token instead; kubectl calls this.")
@click.option("--cluster", hidden=True, help="Name of the cluster, which is else taken from the state.")
def command(environment: Asked, *, as_token: bool, file: Path | None, **options: str | None) -> ExitCode:
    """Access to the clusters of an environment, for kubectl. The file holds no secret.

    kubectl asks this program for a token when it needs one: no plug-in and no aws CLI has to be there.
    """
    if as_token:
        out().say(_token(environment, options))
        return ExitCode.DONE
    workspace = recorded(environment)
    clusters = _chosen(workspace, options["region"])
    token = TokenCommand(this_program(), workspace.environment.name, _role(workspace, options["role"]))
    text = kubeconfig_text(clusters, token, options["proxy"])
    if file is None:
        out().write(text)
    else:
        head = heading(workspace.environment.name).encode()
        write_over(file, text.encode(), lambda content: content.startswith(head), OWNER_ONLY)
    _say(workspace, clusters, file, options["proxy"])
    return ExitCode.DONE


def _token(environment: Asked, options: Mapping[str, str | None]) -> str:
    region, cluster, role = options["region"], options["cluster"], options["role"]
    if region is None or cluster is None:
        workspace = recorded(environment)
        found = _chosen(workspace, region)[0]
        region, cluster, role = found.region, found.name, _role(workspace, role)
    try:
        token = token_for(region, cluster, role or None)
    except Refused as refused:
        raise NoToken(cluster, refused.reason) from refused
    return credential_text(token.token, token.expires)


def _role(workspace: Workspace, said: str | None) -> str | None:
    """The role whose token it is: the one that the clusters were made by, unless the person says another."""
    account = workspace.environment.account
    return (account.assume_role if account else None) if said is None else said or None


def _chosen(workspace: Workspace, region: str | None) -> list[ClusterAccess]:
    """The clusters that are recorded, the primary region's first. Raises a `Failure` if there is none."""
    match workspace.environment.cluster:
        case None:
            raise NoClusterWanted
        case ExistingCluster(context=context):
            from provisioner.cluster_wiring import kubeconfig_of  # noqa: PLC0415 - most clusters are ours

            assert workspace.files, "a workspace of a command line has files"
            raise ForeignCluster(str(kubeconfig_of(workspace.files)), context)
        case _:
            pass
    found = [*_recorded(workspace)]
    chosen = [one for one in found if region in (None, one.region)]
    if not chosen:
        raise NoClusterYet(region, tuple(one.region for one in found))
    return chosen


def _recorded(workspace: Workspace) -> Iterator[ClusterAccess]:
    for stack in workspace.stacks:
        if stack.project != _LAYER:
            continue
        with workspace.engine.open(stack, Access.READ) as run:
            outputs = cast("dict[str, Any]", revealed(dict(run.outputs())))
        match outputs:
            case {
                "clusterName": str(name),
                "clusterEndpoint": str(endpoint),
                "clusterCertificateAuthority": str(authority),
            }:
                yield ClusterAccess(
                    context=stack.name,
                    region=stack.region,
                    name=name,
                    endpoint=endpoint,
                    authority=authority,
                )
            case _:
                pass


def _say(workspace: Workspace, clusters: list[ClusterAccess], file: Path | None, proxy: str | None) -> None:
    for notice in workspace.notices:
        err().say(f"note: {notice}")
    if workspace.is_disposable:
        err().say("note: the local cloud has no Kubernetes behind its clusters: kubectl finds nobody there")
        return
    settings = workspace.environment.cluster
    if isinstance(settings, EksCluster) and isinstance(settings.endpoint, PrivateEndpoint) and not proxy:
        err().say(way_in(clusters, as_typed(typed_again())))
        if workspace.environment.delivery:
            err().say(f"{as_typed('provisioner')} goes there too, where `{PROXY}={SOCKS}` is set.\n")
    if file:
        err().say(f"Try next:\n\n  kubectl --kubeconfig {file} get nodes")

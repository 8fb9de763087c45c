"""One Helm chart in a cluster: installed from here, or by Flux or Argo CD in the cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, assert_never

import pulumi
import pulumi_kubernetes as kubernetes

By = Literal["release", "flux", "argocd"]
"""What installs it: the `helm` program, Flux's helm controller, or Argo CD."""

_INTERVAL: Final = "10m"
_TIMEOUT_S: Final = 600
_OCI: Final = "oci://"
_LAYER: Final = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
"""The part of an image that is a chart: Helm, "Use OCI-based registries"."""

ARGO_NAMESPACE: Final = "argocd"
"""Where Argo CD looks for applications, unless it is told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSource:
    """Which chart, and where its release is."""

    repository: str
    """`oci://…` or `https://…`, without the chart's own name."""
    chart: str
    version: str
    release: str
    namespace: str
    wave: int
    """Which charts come before it: those of lower waves. Only Argo CD asks."""
    digest: str | None = None
    """Of the chart in its registry, if that is known. Only Flux asks."""
    needs: Sequence[tuple[str, str]]
    """Namespace and name of the releases that have to be there before it. Only Flux asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartArgs:
    """Plain fields are decisions, known at plan time; leaves of `values` may be wiring."""

    origin: str
    source: ChartSource
    by: By
    values: Mapping[str, Any]


class Chart(pulumi.ComponentResource):
    """One release of a chart; nobody asks a registry about it before it is applied."""

    def __init__(self, name: str, args: ChartArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("provisioner:kubernetes:Chart", name, {"origin": args.origin}, opts)
        match args.by:
            case "release":
                self._release(name, args)
            case "flux":
                self._flux(name, args)
            case "argocd":
                self._application(name, args)
            case _:
                assert_never(args.by)
        self.register_outputs({})

    def _release(self, name: str, args: ChartArgs) -> None:
        source = args.source
        is_oci = source.repository.startswith(_OCI)
        kubernetes.helm.v3.Release(
            name,
            name=source.release,
            namespace=source.namespace,
            chart=f"{source.repository}/{source.chart}" if is_oci else source.chart,
            repository_opts=None if is_oci else {"repo": source.repository},
            version=source.version,
            values=args.values,
            timeout=_TIMEOUT_S,
            opts=self._child(),
        )

    def _flux(self, name: str, args: ChartArgs) -> None:
        source = args.source
        metadata = {"name": source.release, "namespace": source.namespace}
        is_oci = source.repository.startswith(_OCI)
        fetched = (_oci_repository if is_oci else _helm_repository)(name, source, metadata, self._child())
        kubernetes.apiextensions.CustomResource(
            name,
            api_version="helm.toolkit.fluxcd.io/v2",
            kind="HelmRelease",
            metadata=metadata,
            spec={
                "interval": _INTERVAL,
                "timeout": f"{_TIMEOUT_S}s",
                "releaseName": source.release,
                **_reference(source),
                **({"dependsOn": [_dependency(each) for each in source.needs]} if source.needs else {}),
                # Helm alone never changes the kinds a chart brings; with an upgrade they come, too.
                "install": {"crds": "Create", "remediation": {"retries": 3}},
                "upgrade": {"crds": "CreateReplace", "remediation": {"retries": 3}},
                "values": args.values,
            },
            opts=pulumi.ResourceOptions.merge(self._child(), pulumi.ResourceOptions(depends_on=[fetched])),
        )

    def _application(self, name: str, args: ChartArgs) -> None:
        source = args.source
        kubernetes.apiextensions.CustomResource(
            name,
            api_version="argoproj.io/v1alpha1",
            kind="Application",
            metadata={
                "name": source.release,
                "namespace": ARGO_NAMESPACE,
                "annotations": {"argocd.argoproj.io/sync-wave": str(source.wave)},
            },
            spec={
                "project": "default",
                "source": {
                    # Argo CD writes an address of OCI without its scheme.
                    "repoURL": source.repository.removeprefix(_OCI),
                    "chart": source.chart,
                    "targetRevision": source.version,
                    "helm": {"releaseName": source.release, "valuesObject": args.values},
                },
                "destination": {"server": "https://kubernetes.default.svc", "namespace": source.namespace},
                "syncPolicy": {
                    "automated": {"prune": True, "selfHeal": True},
                    # Some kinds are larger than the annotation that client-side apply keeps.
                    "syncOptions": ["ServerSideApply=true"],
                },
            },
            opts=self._child(),
        )

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)


def _oci_repository(
    name: str, source: ChartSource, metadata: Mapping[str, str], opts: pulumi.ResourceOptions
) -> pulumi.Resource:
    return kubernetes.apiextensions.CustomResource(
        f"{name}-source",
        api_version="source.toolkit.fluxcd.io/v1",
        kind="OCIRepository",
        metadata=dict(metadata),
        spec={
            "interval": _INTERVAL,
            "url": f"{source.repository}/{source.chart}",
            # The digest decides; the tag says to people which version it is.
            "ref": {"tag": source.version, **({"digest": source.digest} if source.digest else {})},
            "layerSelector": {"mediaType": _LAYER, "operation": "copy"},
        },
        opts=opts,
    )


def _helm_repository(
    name: str, source: ChartSource, metadata: Mapping[str, str], opts: pulumi.ResourceOptions
) -> pulumi.Resource:
    return kubernetes.apiextensions.CustomResource(
        f"{name}-source",
        api_version="source.toolkit.fluxcd.io/v1",
        kind="HelmRepository",
        metadata=dict(metadata),
        spec={"interval": _INTERVAL, "url": source.repository},
        opts=opts,
    )


def _reference(source: ChartSource) -> Mapping[str, Any]:
    """How a release names its chart."""
    if source.repository.startswith(_OCI):
        return {"chartRef": {"kind": "OCIRepository", "name": source.release}}
    repository = {"kind": "HelmRepository", "name": source.release}
    return {
        "chart": {
            "spec": {"chart": source.chart, "version": source.version, "sourceRef": repository},
        }
    }


def _dependency(need: tuple[str, str]) -> Mapping[str, str]:
    namespace, name = need
    return {"namespace": namespace, "name": name}

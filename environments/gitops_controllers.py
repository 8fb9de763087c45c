"""What runs in a cluster that fetches a folder: Flux's or Argo CD's controllers, and the kinds they know.

As of 2026-11-21. They are not delivered by us: a cluster has them before it can be delivered to. Their kinds
are written into the folder, so it has to be known how those look. The addresses are those of the projects'
releases: Flux 2.9.5 (`manifests/bases`), Argo CD 3.4.4 (`manifests/crds`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """One of them."""

    name: str
    version: str
    definitions: str
    """Address of the file with the CustomResourceDefinitions of this version."""
    kinds: tuple[str, ...]
    """`<group>/<kind>`."""


_FLUX: Final = (
    Controller(
        name="flux-helm-controller",
        version="v1.6.4",
        definitions="https://github.com/fluxcd/helm-controller/releases/download/v1.6.4/helm-controller.crds.yaml",
        kinds=("helm.toolkit.fluxcd.io/HelmRelease",),
    ),
    Controller(
        name="flux-source-controller",
        version="v1.9.5",
        definitions="https://github.com/fluxcd/source-controller/releases/download/v1.9.5/source-controller.crds.yaml",
        kinds=tuple(
            f"source.toolkit.fluxcd.io/{kind}"
            for kind in (
                "Bucket",
                "ExternalArtifact",
                "GitRepository",
                "HelmChart",
                "HelmRepository",
                "OCIRepository",
            )
        ),
    ),
)
_ARGO_CD: Final = (
    Controller(
        name="argo-cd",
        version="v3.4.4",
        definitions="https://raw.githubusercontent.com/argoproj/argo-cd/v3.4.4/manifests/crds/application-crd.yaml",
        kinds=("argoproj.io/Application",),
    ),
)
CONTROLLERS: Final[Mapping[Literal["flux", "argocd"], tuple[Controller, ...]]] = MappingProxyType(
    {"flux": _FLUX, "argocd": _ARGO_CD}
)
"""By what `delivery.charts` says."""

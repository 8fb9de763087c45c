"""What every part of a program for a cluster needs to know: where it is, its names, and what acts for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal

import pulumi

from environments.cluster import EksCluster
from environments.connectivity import AirGap
from environments.delivery import GitOps
from environments.mirror import Mirror
from environments.model import Environment
from stacks.cluster_provider import cluster_provider, provider_of_kinds
from stacks.object_labels import label_every_object
from stacks.references import Upstream
from stacks.selection import Selection, selected


@dataclass(frozen=True, kw_only=True)
class ClusterStack:
    """One layer of what runs in the cluster of one environment in one region."""

    layer: str
    here: Selection
    opts: pulumi.ResourceOptions = field(repr=False)
    """Of every component and object: through the stack's provider."""
    upstream: Callable[[str], Upstream] = field(repr=False)
    """The stack of another layer in the same region, which is read once however often it is asked for."""

    @property
    def environment(self) -> Environment:
        """What it is made from."""
        return self.here.environment

    @property
    def region(self) -> str:
        """Where the cluster is."""
        return self.here.region

    def named(self, name: str) -> str:
        """The logical name of a component, which is for good; names of objects in the cluster are others."""
        return f"{self.environment.name}-{name}"

    @property
    def delivers_charts_by(self) -> Literal["release", "flux", "argocd"]:
        """What a chart becomes: a release of the `helm` program, or an object for what fetches the folder."""
        delivery = self.environment.delivery
        if isinstance(delivery, GitOps):
            return delivery.charts
        # A folder holds no release; in a rendering there is somebody else who would make it.
        return "flux" if self.environment.rendered_into else "release"

    @property
    def mirror(self) -> Mirror | None:
        """The registry that everything comes from in an air gap."""
        gap = self.environment.connectivity
        return Mirror(host=gap.mirror, digests=self.here.digests) if isinstance(gap, AirGap) else None

    @cached_property
    def opts_of_kinds(self) -> pulumi.ResourceOptions:
        """The options of what is of a kind that a chart of this layer brings."""
        if not self.environment.rendered_into:
            return self.opts
        return pulumi.ResourceOptions(providers=[provider_of_kinds(self.here, self.layer)])

    def cluster_output(self, name: str) -> pulumi.Output[Any]:
        """An output of the layer `cluster` in the same region, which only clusters on EKS have."""
        settings = self.environment.cluster
        assert isinstance(settings, EksCluster), "an existing cluster has no stack, and so no outputs"
        return self.upstream("cluster").output(name)


def this_cluster_stack(layer: str) -> ClusterStack:
    """The stack that runs, with its provider; from now on every object is labelled."""
    here = selected()
    label_every_object(here, layer)

    @cache
    def upstream(other: str) -> Upstream:
        return Upstream(other, here.region)

    opts = pulumi.ResourceOptions(providers=[cluster_provider(here, layer, upstream)])
    return ClusterStack(layer=layer, here=here, opts=opts, upstream=upstream)

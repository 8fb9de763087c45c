"""Ordinary programs of `pulumi_kubernetes` on the embedded engine, against a real API server."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.failures import InvalidInputs
from provisioner.providers.kubernetes.package import ClusterConnection, KubernetesPackage
from tests.support.runs import Desk


@dataclass
class ClusterDesk(Desk):
    """An engine and a stack in one folder, and the cluster that a kubeconfig leads to."""

    kubeconfig: object = None
    namespace: str = ""

    def engine(self):
        connection = ClusterConnection(kubeconfig=self.kubeconfig, folder=self.folder)
        return EmbeddedEngine(
            Folder(self.folder / "state"),
            {"kubernetes": KubernetesPackage(connection)},
            Keys(lambda: self.passphrase),
        )

    def refused_plan(self, program, **how):
        """What was told about the one object that cannot be planned."""
        with pytest.raises(InvalidInputs) as refused:
            self.plan(program, **how)
        ((_, place, reason),) = refused.value.problems
        return f"{place}: {reason}"

    def program(self, *makers):
        """A program in which each maker makes its resources with these options, in the namespace of the test."""

        def run():
            provider = kubernetes.Provider("cluster", context="test", cluster_identifier="test")
            for make in makers:
                make(pulumi.ResourceOptions(provider=provider))

        return run

    def config_map(self, name, **more):
        """A maker of one ConfigMap with this data."""
        annotations, data = more.pop("annotations", {}), more

        def make(opts):
            kubernetes.core.v1.ConfigMap(
                name, metadata=self.named(name, annotations=annotations), data=data, opts=opts
            )

        return make

    def named(self, name, **more):
        """The metadata of an object in the namespace of the test."""
        return {"name": name, "namespace": self.namespace, **more}

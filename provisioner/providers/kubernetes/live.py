"""The provider of a cluster: its objects by server-side apply, and Helm releases by `helm`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from provisioner.plan.diff import Diff
from provisioner.plan.values import Properties
from provisioner.providers.interface import About, Checked, Identity, Object, Provider
from provisioner.providers.kubernetes.cluster import Cluster
from provisioner.providers.kubernetes.driver import ObjectsProvider
from provisioner.providers.kubernetes.objects import RELEASE


@dataclass(frozen=True, slots=True)
class LiveProvider:
    """A cluster. What it does with a type is said where that is done."""

    cluster: Cluster | None
    """None: how it is reached is not known yet."""

    namespace: str = ""
    """Of objects that name none."""

    takes_over: bool = False
    """Whether fields that others have set are set all the same, in every object."""

    about: About = field(default_factory=lambda: About(""))

    def concerning(self, about: About) -> LiveProvider:
        """The provider as it acts on one resource."""
        return replace(self, about=about)

    def remarks(self) -> Sequence[str]:
        """That the cluster could not be asked: then a plan is by the program's word alone."""
        if self.cluster is None or not self.cluster.is_away:
            return ()
        return (f"The cluster could not be asked what it says of this plan: {self.cluster.away}",)

    def foresee(self, type: str, name: str, old: Properties | None, new: Properties, seed: bytes) -> None:
        """`check` will be called like this: what the cluster has to be asked for it is asked meanwhile."""
        if type != RELEASE:
            ObjectsProvider(self.cluster, self.namespace, self.takes_over).foresee(type, name, old, new, seed)

    def check(self, type: str, name: str, old: Properties | None, new: Properties, seed: bytes) -> Checked:
        """The inputs to use."""
        return self._for(type).check(type, name, old, new, seed)

    def diff(self, type: str, old: Object, new: Properties) -> Diff:
        """What a change means."""
        return self._for(type).diff(type, old, new)

    def planned(self, type: str, old: Object | None, new: Properties) -> Properties:
        """The outputs that are known before the step."""
        return self._for(type).planned(type, old, new)

    def create(self, type: str, new: Properties) -> Object:
        """Make the object. Raises `Refused`."""
        return self._for(type).create(type, new)

    def find(self, type: str, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """Ids of what a create may have made unseen."""
        return self._for(type).find(type, new, known)

    def read(self, type: str, identity: Identity) -> Object | None:
        """The object as it is now, or None. Raises `Refused`."""
        return self._for(type).read(type, identity)

    def read_all(self, type: str, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The same for many. Raises `Refused`."""
        return self._for(type).read_all(type, identities)

    def update(self, type: str, old: Object, new: Properties) -> Object:
        """Change the object in place. Raises `Refused`."""
        return self._for(type).update(type, old, new)

    def delete(self, type: str, old: Object) -> None:
        """Remove the object. Raises `Refused`."""
        self._for(type).delete(type, old)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """The answer of a function. Raises `Refused`."""
        return self._for("").invoke(token, arguments)

    def cancel(self) -> None:
        """Wait for nothing any more: Ctrl-C was pressed."""
        if self.cluster is not None:
            self.cluster.clock.broken_off.set()

    def _for(self, type: str) -> Provider:
        if type == RELEASE:
            from provisioner.providers.kubernetes.release import ReleaseProvider  # noqa: PLC0415 - some have one

            return ReleaseProvider(self.cluster, self.namespace, self.about)
        return ObjectsProvider(self.cluster, self.namespace, self.takes_over, self.about)

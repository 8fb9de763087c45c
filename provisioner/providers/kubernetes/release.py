"""Helm releases: made and changed by `helm`, read from where Helm records them, and planned by neither.

Helm keeps each revision in a Secret of the release's namespace (helm, `pkg/storage/driver/secrets.go`); so a
plan, a refresh and a recovery need no `helm` program.
"""

# ruff: noqa: ARG002 - methods take what every provider takes

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from provisioner.plan.diff import Diff, changes
from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.interface import About, Checked, Identity, Object, Problem, Refused
from provisioner.providers.kubernetes import helm
from provisioner.providers.kubernetes.cluster import Cluster
from provisioner.providers.kubernetes.inputs import DIGITS
from provisioner.providers.kubernetes.objects import (
    DEFAULT_NAMESPACE,
    INPUTS,
    SECRET,
    Name,
    metadata_of,
    name_in,
)
from provisioner.providers.kubernetes.ownership import same
from provisioner.providers.kubernetes.refusals import NOT_FOUND, rejected

PATIENCE: Final = 300.0
"""Seconds for Helm to wait; its own figure, and pulumi-kubernetes'."""

MADE_NAME: Final = "__autonamed"
"""The input by which a name is known that was made."""

DEPLOYED: Final = "deployed"
_PENDING: Final = "pending-"
_IDENTITY: Final = ("name", "namespace")


@dataclass(frozen=True, slots=True)
class Recorded:
    """The latest revision of a release, as Helm has recorded it."""

    name: Name
    revision: int
    status: str
    chart: str
    version: str
    app_version: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReleaseProvider:
    """Releases in one cluster."""

    cluster: Cluster | None
    namespace: str
    about: About

    def check(self, type: str, name: str, old: Properties | None, new: Properties, seed: bytes) -> Checked:
        """The inputs to use: a name and a namespace, if the program gives none. Nobody is asked."""
        inputs = {**new, "namespace": new.get("namespace") or self.namespace or DEFAULT_NAMESPACE}
        if not new.get("name"):
            if old is not None and old.get(MADE_NAME):
                made = old["name"]
            else:
                digest = hashlib.sha256(b"\0".join((seed, type.encode(), name.encode()))).hexdigest()
                made = f"{name}-{digest[:DIGITS]}"
            inputs |= {"name": made, MADE_NAME: True}
        return Checked(inputs, tuple(_problems(inputs)))

    def diff(self, type: str, old: Object, new: Properties) -> Diff:
        """What a change means: another name is another release."""
        names = {name for name in old.inputs.keys() | new.keys() if not name.startswith("__")}
        differs = {name for name in names if _differs(old.inputs.get(name), new.get(name))}
        replaces = sorted(differs.intersection(_IDENTITY))
        return Diff(
            tuple(replaces), tuple(sorted(differs.difference(replaces))), delete_before_replace=not replaces
        )

    def planned(self, type: str, old: Object | None, new: Properties) -> Properties:
        """The inputs; what becomes of them Helm says afterwards."""
        return {**{name: value for name, value in new.items() if name != MADE_NAME}, "status": UNKNOWN}

    def create(self, type: str, new: Properties) -> Object:
        """Install the chart. Raises `Refused`."""
        cluster, name = self._live, _named(new)
        found = _recorded(cluster, name)
        if found is not None and found.status != "uninstalled":
            raise Refused(
                f"release {name.id} exists already ({found.chart} {found.version}, {found.status}). Give it"
                f' another name, or take it over with the option `import_="{name.id}"` of the resource',
                code="AlreadyExists",
            )
        return self._upgraded(new, "create")

    def find(self, type: str, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """The id of a release by that name."""
        name = _named(new)
        return (name.id,) if name.id not in known and _recorded(self._live, name) is not None else ()

    def read(self, type: str, identity: Identity) -> Object | None:
        """The release as Helm has recorded it, or None if it is gone. Raises `Refused`."""
        found = _recorded(self._live, name_in(identity.id))
        if found is None or found.status == "uninstalled":
            return None
        inputs = dict(identity.inputs) or {**dict(zip(_IDENTITY, _both(found.name), strict=True))}
        if not same_values(inputs.get("values") or {}, found.values):
            inputs["values"] = dict(found.values)
        if not identity.inputs or inputs.get("version") not in (None, found.version):
            inputs["version"] = found.version
        if not identity.inputs:
            inputs["chart"] = found.chart
        if found.status != DEPLOYED:
            inputs.pop("version", None)  # an upgrade that did not come to its end is made again
        return Object(identity.id, inputs, _outputs(inputs, found))

    def read_all(self, type: str, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The same for many."""
        return {identity.id: self.read(type, identity) for identity in identities}

    def update(self, type: str, old: Object, new: Properties) -> Object:
        """Upgrade the release. Raises `Refused`."""
        found = _recorded(self._live, _named(new))
        if found is not None and found.status.startswith(_PENDING):
            raise Refused(_stuck(found), code="Pending")
        return self._upgraded(new, "update")

    def delete(self, type: str, old: Object) -> None:
        """Uninstall the release; one that is gone is a success. Raises `Refused`."""
        cluster, name = self._live, name_in(old.id)
        if _recorded(cluster, name) is not None:
            helm.uninstall(cluster.access, name.name, name.namespace, self._seconds(old.inputs, "delete"))
            cluster.kinds.forget_all()

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """There are no functions. Raises `Refused`."""
        raise Refused(f"there is no function {token}")

    @property
    def _live(self) -> Cluster:
        if self.cluster is None:
            raise Refused("the provider has no `kubeconfig` that is known yet", code="NoKubeconfig")
        return self.cluster

    def _upgraded(self, new: Properties, operation: str) -> Object:
        cluster, name = self._live, _named(new)
        # A history that only says `failed` is installed over; values are the program's and no others.
        words = ("--install", "--reuse-values" if new.get("reuseValues") is True else "--reset-values")
        try:
            helm.upgrade(cluster.access, new, self._seconds(new, operation), *words)
        except Refused as refused:
            if refused.code == helm.NO_HELM or (found := _recorded(cluster, name)) is None:
                raise
            made = Object(name.id, dict(new), _outputs(new, found))
            raise Refused(refused.reason, code=refused.code, made=made) from refused
        cluster.kinds.forget_all()  # a chart may bring CRDs
        found = _recorded(cluster, name)
        if found is None:
            raise Refused(f"helm said that it installed {name.id}, and there is no record of it")
        return Object(name.id, dict(new), _outputs(new, found))

    def _seconds(self, inputs: Properties, operation: str) -> float:
        told = self.about.timeouts.get(operation)
        return told if told is not None else float(inputs.get("timeout") or PATIENCE)


def same_values(asked: Any, there: Any) -> bool:
    """Whether two sets of values mean the same."""
    if isinstance(asked, dict) and isinstance(there, dict):
        one, other = cast("Properties", asked), cast("Properties", there)
        return all(same_values(one.get(name), other.get(name)) for name in one.keys() | other.keys())
    if isinstance(asked, list) and isinstance(there, list):
        ones, others = cast("list[Any]", asked), cast("list[Any]", there)
        return len(ones) == len(others) and all(map(same_values, ones, others))
    return same(asked, there)


def _problems(inputs: Properties) -> list[Problem]:
    found: list[Problem] = []
    if not inputs.get("chart"):
        found.append(Problem("chart", "a release needs the chart that it is made of"))
    if inputs.get("valueYamlFiles"):
        found.append(Problem("valueYamlFiles", "is not taken here: give the values themselves, in `values`"))
    return found


def _differs(one: Any, other: Any) -> bool:
    return any(change.old or change.new for change in changes({"": one}, {"": other}))


def _named(inputs: Properties) -> Name:
    return Name(str(inputs["name"]), str(inputs["namespace"]))


def _both(name: Name) -> tuple[str, str]:
    return name.name, name.namespace


def _recorded(cluster: Cluster, name: Name) -> Recorded | None:
    """The latest revision, or None. Raises `Refused`."""
    resource = cluster.known(SECRET)
    selector = f"owner=helm,name={name.name}"
    answer = cluster.listed(resource, name.namespace, "", selector)
    if answer.status == NOT_FOUND:
        return None
    if not answer.is_good:
        raise rejected(answer, f"the records of release {name.id}")
    items = cast("list[dict[str, Any]]", answer.body.get("items") or [])
    if not items:
        return None
    latest = max(items, key=lambda item: int(_labels(item).get("version") or 0))
    said = _opened(latest)
    chart = said.get("chart", {}).get("metadata", {})
    return Recorded(
        name,
        int(_labels(latest).get("version") or 0),
        str(_labels(latest).get("status")),
        str(chart.get("name") or ""),
        str(chart.get("version") or ""),
        str(chart.get("appVersion") or ""),
        said.get("config") or {},
    )


def _opened(secret: Mapping[str, Any]) -> dict[str, Any]:
    """What Helm has packed into the Secret: JSON in gzip in base64, and the Secret's own base64 around it."""
    packed = base64.b64decode(secret.get("data", {}).get("release") or "")
    try:
        return json.loads(gzip.decompress(base64.b64decode(packed)))
    except (OSError, ValueError, EOFError):
        return {}


def _labels(item: Mapping[str, Any]) -> dict[str, Any]:
    return metadata_of(item).get("labels") or {}


def _outputs(inputs: Properties, found: Recorded) -> dict[str, Any]:
    status = {
        "appVersion": found.app_version,
        "chart": found.chart,
        "name": found.name.name,
        "namespace": found.name.namespace,
        "revision": found.revision,
        "status": found.status,
        "version": found.version,
    }
    return {**{n: v for n, v in inputs.items() if n != MADE_NAME}, "status": status, INPUTS: dict(inputs)}


def _stuck(found: Recorded) -> str:
    name = found.name
    if found.status == "pending-install":
        ways = f"helm uninstall {name.name} --namespace {name.namespace}"
    else:
        ways = f"helm rollback {name.name} --namespace {name.namespace}"
    return (
        f"release {name.id} is `{found.status}`: a helm that was at work on it ended before it was done, or"
        f" still runs. If none runs any more:\n\n  {ways}\n\nand apply again"
    )

"""Where a cluster keeps the objects of a kind: asked once for each group, and again when a CRD is new."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote

from provisioner.providers.kubernetes.client import Answer
from provisioner.providers.kubernetes.objects import DEFAULT_NAMESPACE, Kind, Name
from provisioner.providers.kubernetes.refusals import rejected

NOT_FOUND: Final = 404

Get = Callable[[str], Answer]


@dataclass(frozen=True, slots=True)
class Resource:
    """Where the objects of a kind are."""

    root: str
    """`/apis/apps/v1`"""

    plural: str
    is_namespaced: bool

    def collection(self, namespace: str) -> str:
        """The path of all objects of a namespace, or of the cluster."""
        return f"{self.root}/namespaces/{quote(namespace)}/{self.plural}" if namespace else self._whole

    def path(self, name: Name) -> str:
        """The path of one object."""
        return f"{self.collection(name.namespace)}/{quote(name.name)}"

    def placed(self, name: Name, default: str = DEFAULT_NAMESPACE) -> Name:
        """The name with the namespace that it has in the cluster."""
        if not self.is_namespaced:
            return Name(name.name)
        return name if name.namespace else Name(name.name, default)

    @property
    def _whole(self) -> str:
        return f"{self.root}/{self.plural}"


class Discovery:
    """The kinds that a cluster knows. For several threads."""

    def __init__(self, get: Get) -> None:
        self._get = get
        self._known: dict[str, Future[Mapping[str, Resource]]] = {}
        self._lock = threading.Lock()

    def resource(self, kind: Kind) -> Resource | None:
        """Where objects of this kind are, or None if the cluster does not know it. Raises `Refused`."""
        return self._answered(kind.version).result().get(kind.name)

    def forget(self, kind: Kind) -> None:
        """Ask again about the group of a kind the next time."""
        with self._lock:
            self._known.pop(kind.version, None)

    def forget_all(self) -> None:
        """The cluster knows other kinds now."""
        with self._lock:
            self._known.clear()

    def _answered(self, version: str) -> Future[Mapping[str, Resource]]:
        """What there is of a group. One thread asks; the others wait for what it is told."""
        with self._lock:
            if (known := self._known.get(version)) is not None:
                return known
            asked = self._known[version] = Future()
        try:
            asked.set_result(self._asked(version))
        except BaseException as failed:  # noqa: BLE001 - whoever waits is told
            with self._lock:
                self._known.pop(version, None)
            asked.set_exception(failed)
        return asked

    def _asked(self, version: str) -> Mapping[str, Resource]:
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        answer = self._get(root)
        if answer.status == NOT_FOUND:
            return {}
        if not answer.is_good:
            raise rejected(answer, f"what it knows of {version}")
        return _resources(root, answer.body)


def _resources(root: str, body: Mapping[str, Any]) -> dict[str, Resource]:
    rows = cast("list[dict[str, Any]]", body.get("resources") or [])
    return {
        str(row["kind"]): Resource(root, str(row["name"]), bool(row.get("namespaced")))
        for row in rows
        if "/" not in row["name"]  # a part of another (`deployments/scale`)
    }

"""Which names are taken, found out for many new objects by one list instead of a look at each."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Final

from provisioner.providers.kubernetes.client import Answer
from provisioner.providers.kubernetes.discovery import Resource
from provisioner.providers.kubernetes.objects import Name, metadata_of, rows

LOOKED_AT: Final = 3
"""Objects of one kind in a namespace that are looked at one by one, before all of them are listed."""

NAMES_ONLY: Final = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"

List = Callable[[Resource, str, str], Answer]
"""(kind, namespace, page) -> a part of the names."""


class Presence:
    """The names that were taken when somebody first asked about several. For several threads."""

    def __init__(self, listed: List) -> None:
        self._listed = listed
        self._asked: Counter[str] = Counter()
        self._taken: dict[str, frozenset[str] | None] = {}
        """By collection; None: we may not list it."""

        self._lock = threading.Lock()

    def is_absent(self, resource: Resource, name: Name) -> bool:
        """Whether a list has shown that there is no such object; False: look yourself. Raises `Refused`."""
        collection = resource.collection(name.namespace)
        with self._lock:  # who comes meanwhile needs the same list
            self._asked[collection] += 1
            if self._asked[collection] <= LOOKED_AT:
                return False
            if collection not in self._taken:
                self._taken[collection] = self._names(resource, name.namespace)
            taken = self._taken[collection]
        return taken is not None and name.name not in taken

    def _names(self, resource: Resource, namespace: str) -> frozenset[str] | None:
        found: set[str] = set()
        page = ""
        while True:
            answer = self._listed(resource, namespace, page)
            if not answer.is_good:
                return None
            found.update(str(metadata_of(item).get("name")) for item in rows(answer.body.get("items")))
            page = str(metadata_of(answer.body).get("continue") or "")
            if not page:
                return frozenset(found)

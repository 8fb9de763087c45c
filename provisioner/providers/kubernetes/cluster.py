"""One cluster as the drivers see it: calls about single objects, and what rehearsals have shown.

A rehearsal is a server-side apply with `dryRun=All`: admission, defaults and validation happen, and nothing
else. What one has shown is remembered by what was asked, so that an apply does not repeat those of its plan.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.client import APPLY, Answer, ApiClient
from provisioner.providers.kubernetes.credentials import Credentials
from provisioner.providers.kubernetes.discovery import Discovery, Resource
from provisioner.providers.kubernetes.kubeconfig import Access
from provisioner.providers.kubernetes.objects import Kind, Name
from provisioner.providers.kubernetes.presence import NAMES_ONLY, Presence
from provisioner.providers.kubernetes.reaching import UNREACHABLE
from provisioner.providers.kubernetes.refusals import NOT_FOUND, comes_by_itself, rejected, waits_for_others
from provisioner.providers.kubernetes.waiting import Clock, until

MADE: Final = 201
KIND_WITHIN: Final = 60.0
"""Seconds in which a kind has to become known whose CRD was just made, by us or by what a chart started."""

OTHERS_WITHIN: Final = 30.0
"""Seconds for what an object needs and others make just now: its namespace, the webhooks of a new chart."""

REHEARSALS: Final = 16
"""Rehearsals at once: as many as an apply has calls at once."""

REMEMBERED: Final = 600.0
"""Seconds for which a rehearsal counts: from a plan to its apply, in one run."""

PAGE: Final = "500"
"""Objects in one answer of a list; kubectl's figure."""


@dataclass(frozen=True, slots=True)
class Target:
    """An object, and how it is applied."""

    kind: Kind
    resource: Resource
    name: Name
    manager: str
    takes_over: bool = False
    """Fields that other managers have set."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name.id}"

    @property
    def path(self) -> str:
        """Where it is."""
        return self.resource.path(self.name)


@dataclass(frozen=True, slots=True)
class _Rehearsal:
    """What an apply would have been answered, and when."""

    answer: Answer | None
    at: float

    @property
    def is_taken(self) -> bool:
        """Whether the cluster would take it, or what it waits for is not there yet."""
        return self.answer is not None and (self.answer.is_good or waits_for_others(self.answer))


class Cluster:
    """A cluster that is talked to. For several threads."""

    def __init__(self, access: Access, clock: Clock, rehearses: bool = True) -> None:  # noqa: FBT001, FBT002
        self.access = access
        self.clock = clock
        self.rehearses = rehearses
        self._client = ApiClient(access, Credentials(access), clock)
        self.kinds = Discovery(self._get)
        self._presence = Presence(self._names)
        self._shown: dict[str, _Rehearsal] = {}
        self._begun: dict[str, Future[Answer | None]] = {}
        self._pool = ThreadPoolExecutor(REHEARSALS, thread_name_prefix="rehearsal")
        self._ours: set[str] = set()
        self._away = ""
        self._lock = threading.Lock()

    def known(self, kind: Kind) -> Resource:
        """Where objects of this kind are, as soon as the cluster knows it. Raises `Refused`."""
        found = self.kinds.resource(kind)
        if found is None:
            found = until(lambda: self._asked_again(kind), KIND_WITHIN, self.clock)
        if found is None:
            raise Refused(
                f"the cluster knows no {kind} (waited for {KIND_WITHIN:g} s). A kind that is not Kubernetes'"
                " own comes with its CustomResourceDefinition: make that in the same program, and have this"
                " object depend on it",
                code="NoKind",
            )
        return found

    def get(self, target: Target) -> Mapping[str, Any] | None:
        """The object as it is, or None. Raises `Refused`."""
        answer = self._get(target.path)
        if answer.status == NOT_FOUND:
            return None
        if not answer.is_good:
            raise rejected(answer, str(target))
        return answer.body

    def listed(self, resource: Resource, namespace: str, page: str, labels: str = "") -> Answer:
        """Some of the objects of a namespace; `page` is empty or what the answer before said."""
        query = {"limit": PAGE}
        query |= {"continue": page} if page else {}
        query |= {"labelSelector": labels} if labels else {}
        return self._client.call("GET", resource.collection(namespace), query)

    def apply(self, target: Target, manifest: Mapping[str, Any]) -> Answer:
        """Make the object like this, as far as it says. Whatever the answer."""
        with self._lock:
            self._shown.pop(_digest(target, manifest), None)  # what it showed is past
        latest: Answer | None = None

        def settled() -> Answer | None:
            nonlocal latest
            latest = self._client.call("PATCH", target.path, _applying(target), manifest, APPLY)
            return None if comes_by_itself(latest) else latest

        until(settled, OTHERS_WITHIN, self.clock)
        assert latest is not None, "it is asked at least once"
        return latest

    def is_absent(self, target: Target) -> bool:
        """Whether it is known, of a new object among many, that its name is free. Raises `Refused`."""
        return self._presence.is_absent(target.resource, target.name)

    def delete(self, target: Target, propagation: str) -> Answer:
        """Have the object removed; that may take its time. Whatever the answer."""
        body = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation}
        return self._client.call("DELETE", target.path, None, body)

    def rehearsed(self, target: Target, manifest: Mapping[str, Any]) -> Answer | None:
        """What an apply would be answered; None: nobody says. What was taken is not asked about twice."""
        asked = _digest(target, manifest)
        known = self._young(asked)
        if known is None or not known.is_taken:
            begun = self._begun.pop(asked, None)
            answer = begun.result() if begun else self._rehearse(target, manifest)
            known = _Rehearsal(answer, self.clock.now())
            with self._lock:
                self._shown[asked] = known
        return known.answer

    def begin_rehearsal(self, target: Target, manifest: Mapping[str, Any]) -> None:
        """Ask meanwhile what is about to be asked for."""
        asked = _digest(target, manifest)
        known = self._young(asked)
        if (known is None or not known.is_taken) and asked not in self._begun:
            self._begun[asked] = self._pool.submit(self._rehearse, target, manifest)

    def shown(self, target: Target, manifest: Mapping[str, Any]) -> Answer | None:
        """What a rehearsal has shown, if there was one lately."""
        known = self._young(_digest(target, manifest))
        return known.answer if known else None

    def _young(self, asked: str) -> _Rehearsal | None:
        known = self._shown.get(asked)
        return known if known and self.clock.now() - known.at < REMEMBERED else None

    def claim(self, path: str) -> None:
        """An object is in our records: that it exists is no surprise."""
        with self._lock:
            self._ours.add(path)

    def is_claimed(self, path: str) -> bool:
        """Whether it is."""
        return path in self._ours

    @property
    def is_away(self) -> bool:
        """Whether nobody answered, so that plans go on without asking."""
        return bool(self._away)

    @property
    def away(self) -> str:
        """Why it is; empty if it is not."""
        return self._away

    def give_up(self, why: str) -> None:
        """Ask nobody any more, as far as that can be avoided."""
        self._away = self._away or why

    def _rehearse(self, target: Target, manifest: Mapping[str, Any]) -> Answer | None:
        query = {**_applying(target), "dryRun": "All"}
        try:
            return self._client.call("PATCH", target.path, query, manifest, APPLY)
        except Refused as refused:
            if refused.code != UNREACHABLE:
                return None
            self.give_up(refused.reason)
            return None

    def _asked_again(self, kind: Kind) -> Resource | None:
        self.kinds.forget(kind)
        return self.kinds.resource(kind)

    def _names(self, resource: Resource, namespace: str, page: str) -> Answer:
        query = {"limit": PAGE, **({"continue": page} if page else {})}
        return self._client.call("GET", resource.collection(namespace), query, None, NAMES_ONLY)

    def _get(self, path: str) -> Answer:
        return self._client.call("GET", path)


def _applying(target: Target) -> dict[str, str]:
    force = {"force": "true"} if target.takes_over else {}
    return {"fieldManager": target.manager, "fieldValidation": "Strict", **force}


def _digest(target: Target, manifest: Mapping[str, Any]) -> str:
    text = json.dumps([target.path, target.manager, target.takes_over, manifest], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()

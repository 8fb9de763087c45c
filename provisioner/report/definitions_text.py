"""Which custom kinds this machine knows, for people and for programs."""

from __future__ import annotations

import itertools
import operator
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from provisioner.report.naming import counted

DEFINITIONS_SCHEMA: Final = "provisioner/crds/1"
_WIDTH: Final = 100


@dataclass(frozen=True, slots=True)
class KnownKind:
    """One kind whose definition is on this machine."""

    digest: str
    """`sha256:…` of how its objects look."""

    taken_from: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What this machine knows of the kinds that one chart, or one controller, brings."""

    name: str
    version: str
    """Empty for kinds of which nobody is known to bring them."""

    known: Mapping[str, KnownKind]
    """By `<group>/<kind>`."""

    missing: tuple[str, ...]
    """Kinds whose objects are checked by their metadata only."""

    @property
    def title(self) -> str:
        """Who brings them."""
        return f"{self.name} {self.version}".rstrip()


def definitions_document(environment: str, folder: str, rows: Sequence[Coverage]) -> dict[str, Any]:
    """For programs."""
    return {
        "schema": DEFINITIONS_SCHEMA,
        "environment": environment,
        "folder": folder,
        "complete": not any(row.missing for row in rows),
        "sources": [
            {
                "name": row.name,
                "version": row.version or None,
                "kinds": [
                    {"kind": kind, "digest": one.digest, "from": one.taken_from}
                    for kind, one in sorted(row.known.items())
                ],
                "missing": list(row.missing),
            }
            for row in rows
        ],
    }


def definitions_text(environment: str, folder: str, rows: Sequence[Coverage]) -> str:
    """For people: whose kinds are known and whose are not, and what to type for these."""
    lines = [f"Definitions of custom kinds, in {folder}"]
    for row in rows:
        if row.known:
            places = sorted({one.taken_from for one in row.known.values()})
            lines += ["", f"{row.title}, from {', '.join(places)}", *_by_group(row.known)]
        if row.missing:
            lines += ["", f"{row.title}: not here, so of such objects only the metadata are checked"]
            lines += _by_group(row.missing)
    if any(row.missing for row in rows):
        lines += ["", f"To have what is not here:   provisioner crds fetch {environment}"]
    return "\n".join((*lines, ""))


def fetched_line(name: str, kinds: int, place: str) -> str:
    """What came of one source."""
    if not kinds:
        return f"{name}: not fetched"
    return f"{name}: {counted(kinds, 'kind')}, from {place}"


def _by_group(kinds: Iterable[str]) -> Iterator[str]:
    """`  kueue.x-k8s.io  ClusterQueue, Cohort`."""
    split = sorted(kind.split("/") for kind in kinds)
    for group, named in itertools.groupby(split, operator.itemgetter(0)):
        text = ", ".join(kind for _, kind in named)
        yield from textwrap.wrap(text, _WIDTH, initial_indent=f"  {group}: ", subsequent_indent="    ")

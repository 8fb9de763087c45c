"""Which CustomResourceDefinitions an environment needs on this machine, and where they are had."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from environments.connectivity import AirGap
from environments.delivery import GitOps
from environments.gitops_controllers import CONTROLLERS
from environments.mirror import Mirror
from environments.model import Environment
from environments.needed_software import needed_software
from provisioner.asked import Asked
from provisioner.cluster_wiring import origin_of, schema_store, version_of
from provisioner.engine.definition_failures import DefinitionsUnusable
from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.definition_files import Definitions, definitions_at
from provisioner.providers.kubernetes.definition_sources import InChart, InFile, Source
from provisioner.providers.kubernetes.schema_store import OTHERS, Entry, Origin, SchemaStore
from provisioner.report.definitions_text import Coverage, KnownKind
from provisioner.wiring import loaded

_AT_ONCE = 4
"""Charts that are fetched side by side."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of one source."""

    origin: Origin
    place: str
    kinds: int = 0
    """How many are kept."""

    refused: str = ""
    """Why not all of its definitions were to be had."""


class DefinitionDesk:
    """The definitions for one environment."""

    def __init__(self, asked: Asked) -> None:
        """Raises `InvalidEnvironment`."""
        env = loaded(asked).environment
        self._sources = _sources(env)
        self.store: SchemaStore = schema_store(env)

    @property
    def is_needed(self) -> bool:
        """Whether anything of the environment is of a custom kind."""
        return bool(self._sources)

    def fetch(self) -> Generator[Fetched]:
        """Fetch and keep what each source has, a row as each is done. Raises `Refused` if that fails."""
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            yield from threads.map(self._fetched, self._sources)

    def take(self, path: Path) -> Sequence[Fetched]:
        """Keep what a folder, an archive or a file has, whoever brings it.

        Raises `DefinitionsUnusable` if that is nothing, and `Refused` if it cannot be kept.
        """
        place, left = str(path.absolute()), dict(_given(path).kinds)
        taken: list[Fetched] = []
        for origin in self.store.origins:
            if own := {kind: left.pop(kind) for kind in origin.kinds if kind in left}:
                self.store.keep(origin, own, place)
                taken.append(Fetched(origin, place, len(own)))
        if left:
            self.store.keep(None, left, place)
            others = Origin(name=OTHERS, version="", kinds=tuple(left))
            taken.append(Fetched(others, place, len(left)))
        return taken

    def coverage(self) -> Sequence[Coverage]:
        """What is known of the kinds that the environment needs, and of others that were given."""
        rows = [self._covered(each.origin) for each in self._sources]
        others = self.store.entries(None)
        return [*rows, *([Coverage(OTHERS, "", _known(others), ())] if others else [])]

    def _fetched(self, source: Source) -> Fetched:
        origin = source.origin
        try:
            found = source.definitions().kinds
        except Refused as refused:
            return Fetched(origin, source.place, refused=refused.reason)
        own = {kind: found[kind] for kind in origin.kinds if kind in found}
        self.store.keep(origin, own, source.place)
        missing = [kind for kind in origin.kinds if kind not in own]
        return Fetched(
            origin, source.place, len(own), f"it brings no {', '.join(missing)}" if missing else ""
        )

    def _covered(self, origin: Origin) -> Coverage:
        entries = {kind: each for kind, each in self.store.entries(origin).items() if kind in origin.kinds}
        missing = tuple(kind for kind in origin.kinds if kind not in entries)
        return Coverage(origin.name, origin.version, _known(entries), missing)


def _known(entries: Mapping[str, Entry]) -> dict[str, KnownKind]:
    return {kind: KnownKind(each.digest, each.taken_from) for kind, each in entries.items()}


def _sources(env: Environment) -> tuple[Source, ...]:
    """Charts come from the mirror, if the environment has one."""
    gap = env.connectivity
    mirror = Mirror(host=gap.mirror) if isinstance(gap, AirGap) else None
    charts = (
        InChart(
            origin=origin_of(row),
            repository=row.repository_in(mirror),
            chart=row.chart,
            namespace=row.namespace,
            values=row.with_kinds,
            kubernetes=version_of(env),
        )
        for row in needed_software(env)
        if row.kinds
    )
    controllers = CONTROLLERS[env.delivery.charts] if isinstance(env.delivery, GitOps) else ()
    return (*charts, *(InFile(origin=origin_of(row), place=row.definitions) for row in controllers))


def _given(path: Path) -> Definitions:
    try:
        found = definitions_at(path)
    except Refused as refused:
        raise DefinitionsUnusable(path, refused.reason) from refused
    if not found.kinds:
        raise DefinitionsUnusable(path, "there is no CustomResourceDefinition in it", found.templates)
    return found

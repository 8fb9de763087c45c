"""Whether objects keep to the schemas of their kinds, without a cluster that could be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from provisioner.providers.interface import Problem
from provisioner.providers.kubernetes.built_in_schemas import METADATA, built_in
from provisioner.providers.kubernetes.conformity import Vocabulary
from provisioner.providers.kubernetes.custom_schemas import Defined, kind_defined, kinds_of
from provisioner.providers.kubernetes.manifest_text import parsed
from provisioner.providers.kubernetes.objects import CRD, Kind, members
from provisioner.providers.kubernetes.schema_store import SchemaStore


@dataclass(frozen=True, slots=True)
class Schemas:
    """The kinds that are known: Kubernetes' own, and those of CRDs of this run, the folder, this machine.

    What comes first counts.
    """

    version: str
    """Of Kubernetes, such as `1.35`; empty: not known, so the newest of those that we have schemas of."""

    crds: Path
    """The folder with the files of CRDs."""

    kept: SchemaStore | None = None
    """What this machine keeps of the software's."""

    _custom: dict[tuple[str, str], Defined | None] = field(
        default_factory=dict[tuple[str, str], Defined | None], repr=False, compare=False
    )
    """By group and kind; None: nothing says how such objects look."""

    unknown: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]], repr=False, compare=False)
    """Group and kind of objects of which only the metadata were looked at."""

    def problems(self, kind: Kind, sent: Mapping[str, Any]) -> tuple[Problem, ...]:
        """What is wrong with an object as it is written to a file; nothing if its kind is known nowhere.

        A CRD with which nothing is wrong says from now on how objects of its kind look.
        """
        if not kind.is_built_in:
            return tuple(self._of_custom(kind, sent))
        found = tuple(self._of_built_in(kind, sent))
        if kind == CRD and not found and (named := kind_defined(sent)):
            name, kinds = members(sent.get("metadata")).get("name"), kinds_of(sent)
            self._custom[named] = Defined(f"the CustomResourceDefinition `{name}`", kinds) if kinds else None
        return found

    def _of_built_in(self, kind: Kind, sent: Mapping[str, Any]) -> Iterator[Problem]:
        own = built_in(self.version)
        if schema := own.kinds.get(kind):
            yield from _told(Vocabulary(own.definitions).mistakes(sent, schema), f"Kubernetes {own.version}")
        elif self.version:
            yield Problem("kind", f"Kubernetes {own.version} has no {kind.name} of `{kind.version}`")

    def _of_custom(self, kind: Kind, sent: Mapping[str, Any]) -> Iterator[Problem]:
        own, named = built_in(self.version), (kind.group, kind.name)
        vocabulary = Vocabulary(own.definitions)
        if named not in self._custom:
            self._custom[named] = self._in_folder(kind) or self._on_this_machine(kind)
        defined = self._custom[named]
        if defined is None:
            self.unknown.add(named)
            metadata = vocabulary.mistakes(sent.get("metadata"), {"$ref": METADATA}, "metadata")
            yield from _told(metadata, f"Kubernetes {own.version}")
        elif schema := defined.kinds.get(kind):
            yield from _told(vocabulary.mistakes(sent, schema), defined.source)
        else:
            served = ", ".join(f"`{each.version}`" for each in defined.kinds)
            yield Problem("apiVersion", f"{defined.source} has no `{kind.version}`, but {served}")

    def _in_folder(self, kind: Kind) -> Defined | None:
        """What the folder has of a custom kind from earlier runs."""
        for file in sorted(self.crds.glob(f"*.{kind.group}.yaml")):
            try:
                text = file.read_text(errors="replace")
                # nearly all of the time goes into YAML, so only the one file is taken for it
                definition = members(parsed(text) if f"kind: {kind.name}\n" in text else None)
            except (OSError, yaml.YAMLError):
                continue  # that a file is broken is told by who looks after it
            if kind_defined(definition) == (kind.group, kind.name) and not any(
                self._of_built_in(CRD, definition)
            ):
                source = f"{file}; if this run changes that, have the object depend on it"
                return Defined(source, kinds_of(definition))
        return None

    def _on_this_machine(self, kind: Kind) -> Defined | None:
        return self.kept.found(kind.group, kind.name) if self.kept else None


def _told(mistakes: Iterator[Problem], source: str) -> Iterator[Problem]:
    """The mistakes, with who says so."""
    return (Problem(each.property, f"{each.reason} (by {source})") for each in mistakes)

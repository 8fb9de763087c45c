"""Keeps objects as files in a folder, for a repository that a cluster is brought in line with (GitOps).

Layout and file names are those of pulumi-kubernetes (`renderYamlToDirectory`): CRDs in `0-crd`, everything
else in `1-manifest`, one file an object. Nothing secret is written.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import yaml

from provisioner.plan.diff import Diff
from provisioner.plan.values import UNKNOWN, Properties, Secret, has_secret, mapped, revealed
from provisioner.providers.interface import Checked, Identity, Object, Problem, Refused
from provisioner.providers.kubernetes.difference import compared, planned
from provisioner.providers.kubernetes.functions import answer
from provisioner.providers.kubernetes.inputs import filled, problems
from provisioner.providers.kubernetes.manifest_text import parsed, text_of
from provisioner.providers.kubernetes.objects import (
    CRD,
    DEFAULT_NAMESPACE,
    INPUTS,
    MANAGER,
    RELEASE,
    SECRET,
    Kind,
    Name,
    in_words_of_program,
    is_patch,
    kind_of,
    manifest,
    named,
    outputs_of,
)
from provisioner.providers.kubernetes.public_values import holds_certificates_alone
from provisioner.providers.kubernetes.schema_store import SchemaStore
from provisioner.providers.kubernetes.validation import Schemas

CRDS: Final = "0-crd"
MANIFESTS: Final = "1-manifest"


@dataclass(frozen=True, slots=True)
class FolderProvider:
    """Objects as files."""

    folder: Path
    namespace: str = ""
    version: str = ""
    """Of Kubernetes, whose schemas the objects keep to; empty: the newest that there is one of."""

    kept: SchemaStore | None = field(default=None, repr=False, compare=False)
    """How custom kinds look whose CRD comes with a chart, as far as this machine knows it."""

    within: Path | None = None
    """A folder that stays; one between it and `folder` goes with the last file in it."""

    schemas: Schemas = field(init=False, repr=False, compare=False)

    takes_marked = True
    """What is secret has to be known, so that it is not written."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "schemas", Schemas(self.version, self.folder / CRDS, self.kept))

    def remarks(self) -> Sequence[str]:
        """That objects could not be held against the schemas of their kinds."""
        if self.kept is None or not self.schemas.unknown:
            return ()
        told = "Of some objects of custom kinds only the metadata were checked: how such objects look is not"
        return (f"{told} known on this machine. {self.kept.hint} brings it here.",)

    def check(self, type: str, name: str, old: Properties | None, new: Properties, seed: bytes) -> Checked:
        """The inputs to use. No file may hold anything secret, or what the kind's schema does not have."""
        before = None if old is None else cast("Properties", revealed(dict(old)))
        inputs = filled(type, name, before, new, seed, self.namespace or DEFAULT_NAMESPACE)
        found = (*problems(type, inputs), *_not_for_files(type, inputs), *self._not_in_schema(type, inputs))
        return Checked(inputs, found)

    def foresee(self, type: str, name: str, old: Properties | None, new: Properties, seed: bytes) -> None:  # noqa: ARG002 - as `check`
        """Take note of a CRD that waits to be decided: objects of its kind may be asked about before it."""
        if kind_of(type, new) == CRD:
            self.schemas.problems(CRD, _shown(CRD, new))

    def diff(self, type: str, old: Object, new: Properties) -> Diff:
        """What a change means."""
        plain = cast("Properties", revealed(dict(new)))
        before = Object(old.id, cast("Properties", revealed(dict(old.inputs))), old.outputs)
        return compared(kind_of(type, plain), before, plain)

    def planned(self, type: str, old: Object | None, new: Properties) -> Properties:
        """The outputs: the object itself; there is no server that adds to it."""
        known = planned(kind_of(type, new), old, new, None)
        return {name: value for name, value in known.items() if name != "status"}

    def create(self, type: str, new: Properties) -> Object:
        """Write the file. Raises `Refused`."""
        plain = cast("Properties", revealed(dict(new)))
        kind = kind_of(type, plain)
        _write(self._file(kind, named(plain)), text_of(manifest(kind, plain)))
        return _object(kind, named(plain).id, plain)

    def find(self, type: str, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """The id, if there is such a file."""
        name = named(new)
        is_there = self._file(kind_of(type, new), name).exists() and name.id not in known
        return (name.id,) if is_there else ()

    def read(self, type: str, identity: Identity) -> Object | None:
        """The object that the file says, or None if there is none. Raises `Refused`."""
        recorded = cast("Properties", revealed(dict(identity.inputs)))
        outputs = cast("Properties", revealed(dict(identity.outputs)))
        kind = kind_of(type, recorded or outputs)
        file = self._file(kind, _name_in(identity.id))
        try:
            said: Any = parsed(file.read_text())
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as failed:
            raise Refused(f"{file} cannot be read: {failed}") from failed
        if not isinstance(said, dict):
            raise Refused(f"{file} holds no object: delete it, and it is written again")
        if said == manifest(kind, recorded):
            return _object(kind, identity.id, recorded)
        return _object(kind, identity.id, in_words_of_program(kind, cast("Properties", said), recorded))

    def read_all(self, type: str, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The same for many."""
        return {identity.id: self.read(type, identity) for identity in identities}

    def update(self, type: str, old: Object, new: Properties) -> Object:
        """Write the file anew. Raises `Refused`."""
        before, plain = old.outputs.get(INPUTS) or old.inputs, cast("Properties", revealed(dict(new)))
        was = kind_of(type, cast("Properties", revealed(dict(before))))
        made = self.create(type, new)
        if was != kind_of(type, plain):
            self._file(was, _name_in(old.id)).unlink(missing_ok=True)
        return Object(old.id, made.inputs, made.outputs)

    def delete(self, type: str, old: Object) -> None:
        """Remove the file; one that is gone is a success."""
        inputs = cast("Properties", revealed(dict(old.inputs)))
        file = self._file(kind_of(type, inputs), _name_in(old.id))
        with _FOLDERS:
            file.unlink(missing_ok=True)
            _remove_if_empty(file.parent, self.folder, *self._above())

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """The answer of a function of the package. Raises `Refused`."""
        return answer(token, cast("Properties", revealed(dict(arguments))))

    def _not_in_schema(self, type: str, inputs: Properties) -> tuple[Problem, ...]:
        """What the schema of the kind does not have. A patch is no whole object, a release none at all."""
        kind = kind_of(type, inputs)
        if type == RELEASE or is_patch(type, kind):
            return ()
        return self.schemas.problems(kind, _shown(kind, inputs))

    def _above(self) -> Iterator[Path]:
        """The folders between the one that stays and this one, the deepest first."""
        if self.within is not None:
            yield from (each for each in self.folder.parents if self.within in each.parents)

    def _file(self, kind: Kind, name: Name) -> Path:
        return self.folder / (CRDS if kind == CRD else MANIFESTS) / file_name(kind, name)


_FOLDERS: Final = threading.Lock()
"""Whoever makes a file needs its folder, which goes with the last file in it."""


def file_name(kind: Kind, name: Name) -> str:
    """As pulumi-kubernetes calls it."""
    version = kind.version.replace("/", "_").replace(":", "_")
    namespace = name.namespace or DEFAULT_NAMESPACE
    return f"{version}-{kind.name.lower()}-{namespace}-{name.name.replace(':', '_')}.yaml"


def _not_for_files(type: str, inputs: Properties) -> Iterator[Problem]:
    if type == RELEASE:
        yield Problem(
            "chart",
            "a Helm release cannot be kept in a folder: there the cluster's GitOps controller installs"
            " charts, by a `HelmRelease` of Flux or an `Application` of Argo CD",
        )
    plain = cast("Properties", revealed(dict(inputs)))
    if kind_of(type, plain) == SECRET:
        if not holds_certificates_alone(plain):
            yield Problem(
                "data",
                "a Secret with its values would be written into the folder in clear. Have the cluster fetch"
                " them (an `ExternalSecret`), or put them there sealed (a `SealedSecret`)",
            )
        return
    for name, value in inputs.items():
        if has_secret(value):
            yield Problem(
                name,
                "holds a secret, which would be written into the folder in clear; refer to a Secret instead",
            )


def _shown(kind: Kind, inputs: Properties) -> dict[str, Any]:
    """The object as it would be written, with nothing secret in it, since what is wrong is quoted."""
    return manifest(
        kind, mapped(dict(inputs), lambda leaf: UNKNOWN if isinstance(leaf, Secret) else revealed(leaf))
    )


def _object(kind: Kind, id: str, inputs: Properties) -> Object:
    return Object(id, inputs, outputs_of(kind, manifest(kind, inputs), inputs, MANAGER))


def _name_in(id: str) -> Name:
    namespace, _, name = id.rpartition("/")
    return Name(name, namespace)


def _write(file: Path, text: str) -> None:
    """Put the text into the file, all of it or none. Raises `Refused`."""
    try:
        if file.exists() and file.read_text() == text:
            return
        with _FOLDERS:
            file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=".", delete=False) as beside:
                beside.write(text)
            Path(beside.name).chmod(0o644)
            Path(beside.name).replace(file)
    except OSError as failed:
        raise Refused(f"{file} cannot be written: {failed}") from failed


def _remove_if_empty(*folders: Path) -> None:
    for folder in folders:
        if not folder.is_dir() or os.listdir(folder):  # noqa: PTH208 - as iterdir, without a Path for each
            return
        folder.rmdir()

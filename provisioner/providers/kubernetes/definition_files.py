"""CustomResourceDefinitions in files: manifests in a folder, in an archive or in one file.

Also what `kubectl get crds -o yaml` writes: a list. Templates of charts are no manifests, and left out.
"""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.built_in_schemas import built_in
from provisioner.providers.kubernetes.conformity import Schema, Vocabulary
from provisioner.providers.kubernetes.custom_schemas import kind_defined, kinds_of
from provisioner.providers.kubernetes.manifest_text import all_parsed
from provisioner.providers.kubernetes.objects import CRD, Kind, members, rows

_SUFFIXES: Final = (".yaml", ".yml", ".json")
_TEMPLATE: Final = "{{"
"""What stands in a template of a chart; a CRD has it nowhere but in descriptions."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """What was found."""

    kinds: dict[str, Mapping[Kind, Schema]] = field(default_factory=dict[str, Mapping[Kind, Schema]])
    """`<group>/<kind>` -> how its objects look, by the versions that are served."""

    templates: list[str] = field(default_factory=list[str])
    """Files that say how a CRD is written, and are none yet."""


def definitions_at(path: Path) -> Definitions:
    """The CRDs of a folder, an archive (tar, zip) or a file. Raises `Refused`."""
    found = Definitions()
    try:
        for name, text in _texts(path):
            _add(found, name, text)
    except (OSError, tarfile.TarError, zipfile.BadZipFile, EOFError) as failed:
        raise Refused(f"{path} cannot be read: {failed}") from failed
    return found


def definitions_in(text: str, place: str) -> Definitions:
    """The CRDs of one text; `place` is where it is from. Raises `Refused`."""
    found = Definitions()
    _add(found, place, text)
    return found


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    """Names and contents of the files."""
    if path.is_dir():
        files = (file for file in sorted(path.rglob("*")) if file.suffix in _SUFFIXES and file.is_file())
        return ((str(file), file.read_text(errors="replace")) for file in files)
    if tarfile.is_tarfile(path):
        return _in_tar(path)
    if zipfile.is_zipfile(path):
        return _in_zip(path)
    return iter([(str(path), path.read_text(errors="replace"))])


def _in_tar(path: Path) -> Iterator[tuple[str, str]]:
    with tarfile.open(path) as archive:
        for member in archive:
            if member.name.endswith(_SUFFIXES) and (stream := archive.extractfile(member)):
                yield f"{path}: {member.name}", stream.read().decode(errors="replace")


def _in_zip(path: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(_SUFFIXES):
                yield f"{path}: {name}", archive.read(name).decode(errors="replace")


def _add(found: Definitions, name: str, text: str) -> None:
    if CRD.name not in text:
        return  # nearly all of the time goes into YAML
    try:
        documents = [*all_parsed(text)]
    except yaml.YAMLError as failed:
        if _TEMPLATE in text:
            found.templates.append(name)
            return
        raise Refused(f"{name} is no YAML: {' '.join(str(failed).split())}") from failed
    for document in documents:
        for each in _definitions(document):
            found.kinds.update(_learnt(each, name))


def _definitions(document: Any) -> Iterator[Mapping[str, Any]]:
    """The CRDs of a document; a list holds several."""
    said = members(document)
    if said.get("kind") == CRD.name and said.get("apiVersion") == CRD.version:
        yield said
    elif str(said.get("kind")).endswith("List"):
        for item in rows(said.get("items")):
            # The items of a typed list need not repeat what they are.
            yield from _definitions({"apiVersion": CRD.version, "kind": CRD.name, **item})


def _learnt(definition: Mapping[str, Any], name: str) -> Mapping[str, Mapping[Kind, Schema]]:
    """The kind that a CRD defines. Raises `Refused` if it is not as a CRD has to be."""
    own = built_in()
    # What an API server has added is its own business.
    said = {key: value for key, value in definition.items() if key != "status"}
    for mistake in Vocabulary(own.definitions).mistakes(said, own.kinds[CRD]):
        raise Refused(
            f"{name}: `{members(definition.get('metadata')).get('name')}` is no CustomResourceDefinition:"
            f" `{mistake.property}` {mistake.reason}"
        )
    named = kind_defined(definition)
    assert named, "its schema demands both"
    return {f"{named[0]}/{named[1]}": kinds_of(definition)}

"""A file, or the name of an environment -> Environment, or all diagnostics at once. No socket is opened."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final, Literal

from environments import source
from environments.check import check
from environments.compose import compose
from environments.diagnostics import Diagnostic, InvalidEnvironment, Place, Problem
from environments.model import Environment
from environments.overrides import on_local_cloud
from environments.source import Entry, Scalar, Settings, SourceFile, SourceMap, merged

PACKAGED: Final = Path(__file__).parent
"""The environments that come with the tool."""

LARGEST: Final = 128 * 1024
"""Bytes; a file of everything the product knows has some 4,000."""

_SUFFIXES: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Loaded:
    """An environment, the files it was read from (its own first), and where each setting was written."""

    environment: Environment
    files: tuple[Path, ...]
    source: SourceMap
    digests: Mapping[str, str] = field(default_factory=dict[str, str])
    """Image as an air gap's mirror calls it -> its digest, of the lock that the environment names."""
    certificates: Mapping[str, str] = field(default_factory=dict[str, str])
    """By the path that `encryption.vault` names: what lies there."""


def find(name_or_path: str, folder: Path | None = None) -> Path:
    """The file meant on the command line: a path, or a name in `folder` (./environments/) or packaged.

    Raises `InvalidEnvironment` with the nearest names if there is none.
    """
    wanted = Path(name_or_path)
    if wanted.suffix in _SUFFIXES or len(wanted.parts) != 1:
        if _is_file(wanted):
            return wanted
        near = [str(wanted.parent / name) for name in _names(wanted.parent, whole=True)]
        raise InvalidEnvironment([_not_found(name_or_path, near)])
    folders = (folder or Path("environments"), PACKAGED)
    for place in folders:
        for suffix in _SUFFIXES:
            if _is_file(file := place / f"{name_or_path}{suffix}"):
                return file
    raise InvalidEnvironment(
        [_not_found(name_or_path, [name for place in folders for name in _names(place)])]
    )


def load(
    file: Path,
    *,
    cloud: Literal["local"] | None = None,
    today: date | None = None,
    images: Literal["locked", "any"] = "locked",
) -> Loaded:
    """The environment in a file, with all it extends; `InvalidEnvironment` tells every problem, by place.

    `cloud` puts any environment on the local cloud, away from its account and its state. Versions must be
    supported on the day `today`; None: this day. With `images="any"` no lock of images is read.
    """
    chain = _Chain()
    chain.read(file)
    source_map = chain.source_map()
    if source_map is None:
        raise InvalidEnvironment(chain.sorted(chain.diagnostics))
    if cloud:
        source_map = on_local_cloud(source_map)
    environment, diagnostics = check(source_map, today)
    if chain.is_broken:  # what is missing may stand in the file that could not be read
        diagnostics = [item for item in diagnostics if item.problem is not Problem.MISSING]
    if environment is None or chain.diagnostics:
        raise InvalidEnvironment(chain.sorted([*chain.diagnostics, *diagnostics]))
    found = Loaded(environment, tuple(file.path for file in chain.files), source_map)
    if environment.encryption.vault:
        found = _with_vault(found, is_on_desk="local" in (cloud, environment.cloud))
    return _with_images(found) if environment.is_airgapped and images == "locked" else found


def _with_vault(found: Loaded, *, is_on_desk: bool) -> Loaded:
    """The same with what its Vault is trusted by. Raises `InvalidEnvironment`.

    Away from the real cloud a Vault that others use is left alone: then the environment has none.
    """
    from environments.vault_files import certificates  # noqa: PLC0415 - a matter of who has a Vault

    encryption = found.environment.encryption
    assert encryption.vault, "whoever has none is not asked"
    if is_on_desk and not encryption.vault.is_here:
        left = found.environment.model_copy(
            update={"encryption": encryption.model_copy(update={"vault": None})}
        )
        return replace(found, environment=left)
    beside = certificates(encryption.vault, found.files[0].parent, found.source)
    if beside.diagnostics:
        raise InvalidEnvironment(beside.diagnostics)
    return replace(found, files=(*found.files, *beside.files), certificates=beside.texts)


def _with_images(found: Loaded) -> Loaded:
    """The same with the lock of its images, if it names one. Raises `InvalidEnvironment`."""
    from environments.image_lock import images_locked  # noqa: PLC0415 - a matter of air gaps

    locked = images_locked(found.environment, found.source)
    if locked is None:
        return found
    if locked.diagnostics:
        raise InvalidEnvironment(locked.diagnostics)
    return replace(found, files=(*found.files, locked.file), digests=locked.digests)


class _Chain:
    """A file and the files it extends, one after another."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.files: list[SourceFile] = []
        self.is_broken = False
        self._settings: list[Settings] = []

    def read(self, path: Path) -> None:
        """Reads a file and what it extends; stops where the chain cannot be followed."""
        following: Path | None = path
        while following is not None:
            file = _opened(following)
            if isinstance(file, Diagnostic):
                self._break(file)
                return
            self.files.append(file[0])
            settings, problems = compose(*file)
            self.diagnostics += problems
            if settings is None:
                self.is_broken = True
                return
            following = self._extended(settings, following)
            self._settings.append(_own(settings, is_extended=len(self._settings) > 0))

    def source_map(self) -> SourceMap | None:
        """All settings, merged; None if not even the first file has some."""
        if not self._settings:
            return None
        result = self._settings[-1]
        for over in reversed(self._settings[:-1]):
            result = merged(result, over)
        return SourceMap(result)

    def sorted(self, diagnostics: list[Diagnostic]) -> list[Diagnostic]:
        """By place: file after file in the order of the chain, then line and column."""
        order = {file.name: number for number, file in enumerate(self.files)}

        def position(item: Diagnostic) -> tuple[int, int, int, str]:
            place = item.place
            if place is None:
                return (-1, 0, 0, item.problem.code)
            return (order.get(place.file, len(order)), place.line, place.column, item.problem.code)

        return sorted(diagnostics, key=position)

    def _break(self, diagnostic: Diagnostic) -> None:
        self.is_broken = True
        self.diagnostics.append(diagnostic)

    def _extended(self, settings: Settings, file: Path) -> Path | None:
        """The file that is extended, if there is one that can be followed."""
        match settings.entries.get("extends"):
            case None:
                return None
            case Entry(_, Scalar(span, written, str()) as target) if written.strip():
                return self._followed(file.parent / written, target, span.place())
            case Entry(_, node):
                detail = "`extends` names one file, as seen from the folder of this one."
                self._break(
                    Diagnostic(Problem.FORM, detail, "write `extends: base.yaml`.", node.span.place())
                )
                return None

    def _followed(self, path: Path, target: Scalar, place: Place) -> Path | None:
        if not _is_file(path):
            detail = f"There is no file `{source.shown(path)}`."
            near = Path(target.written).parent
            fix = _did_you_mean(
                target.written, [str(near / name) for name in _names(path.parent, whole=True)]
            )
            self._break(Diagnostic(Problem.EXTENDS_NOTHING, detail, fix, place))
            return None
        seen = [file.path.resolve() for file in self.files]
        if path.resolve() in seen:
            names = [file.name for file in self.files[seen.index(path.resolve()) :]]
            detail = f"The circle is {' -> '.join([*names, names[0]])}."
            self._break(Diagnostic(Problem.EXTENDS_CIRCLE, detail, "let one of them stand alone.", place))
            return None
        return path


def _own(settings: Settings, *, is_extended: bool) -> Settings:
    """The settings a file contributes: `extends` is carried out, and a name is never inherited."""
    left_out = {"extends", "name"} if is_extended else {"extends"}
    kept = {name: entry for name, entry in settings.entries.items() if name not in left_out}
    return Settings(settings.span, kept)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than the file system allows
        return False


def _opened(path: Path) -> tuple[SourceFile, str] | Diagnostic:
    """The file and its text, or why it cannot be read."""
    name = source.shown(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        detail = f"`{name}`: {(error.strerror or 'it cannot be opened').lower()}."
        return Diagnostic(Problem.UNREADABLE, detail, "name a file that you may read.")
    if len(data) > LARGEST:
        detail = f"`{name}` has more than {LARGEST} bytes: it is no environment file."
        return Diagnostic(Problem.UNREADABLE, detail, "name an environment file.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        detail = f"`{name}` is not written in UTF-8: line {line} has the byte 0x{data[error.start]:02x}."
        return Diagnostic(Problem.UNREADABLE, detail, "save the file as UTF-8.")
    return SourceFile(path, text), text


def _names(folder: Path, *, whole: bool = False) -> list[str]:
    """The environment files of a folder, as names or as whole file names."""
    files = sorted(folder.glob("*.y*ml"), key=lambda file: file.stem) if folder.is_dir() else []
    return [file.name if whole else file.stem for file in files]


def _not_found(wanted: str, names: list[str]) -> Diagnostic:
    detail = (
        f"There is no environment `{wanted}`: neither a file of this path, nor a name in ./environments/."
    )
    return Diagnostic(Problem.NOT_FOUND, detail, _did_you_mean(wanted, names))


def _did_you_mean(wanted: str, names: list[str]) -> str:
    names = list(dict.fromkeys(names))
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5) or names
    return f"did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else "name an existing file."

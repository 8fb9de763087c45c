"""A Pulumi project: what `Pulumi.yaml` says, as far as running its program needs it.

Source: Pulumi's `sdk/go/common/workspace/project.go` and `paths.go`, `pkg/engine/project.go`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from provisioner.engine.project_failures import NotAProject
from provisioner.projects.yaml_file import mapping_in

_NAMES: Final = ("Pulumi.yaml", "Pulumi.yml")
_RUNTIME: Final = "python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder with a program, and what is said about it."""

    file: Path
    """`Pulumi.yaml`, absolute."""

    name: str
    program: Path
    """The Python file that is run."""

    config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the project says of its configuration, by key, as it is written."""

    stack_files: Path
    """The folder of `Pulumi.<stack>.yaml`."""

    backend: str = ""
    """Where the project says that the state is kept: a URL, or nothing."""

    virtualenv: Path | None = None
    """The virtual environment the project names, if it is another one than this process runs in."""

    @property
    def root(self) -> Path:
        """The folder of `Pulumi.yaml`."""
        return self.file.parent

    @property
    def folder(self) -> Path:
        """Where the program runs."""
        return self.program.parent

    def stack_file(self, stack: str) -> Path:
        """Where the configuration of a stack is; it need not be there."""
        return self.stack_files / f"Pulumi.{stack}{self.file.suffix}"


def project_in(folder: Path) -> Project:
    """The project that a folder is in. Raises `NotAProject`."""
    file = _nearest(folder.resolve())
    said = mapping_in(file)
    name = said.get("name")
    if not isinstance(name, str) or not name:
        raise NotAProject(file, "it has no `name`", "add `name: NAME`.")
    options = _options(file, said.get("runtime"))
    config: Any = said.get("config") or {}
    # An earlier word for `stackConfigDir`.
    settings = config if isinstance(config, str) else said.get("stackConfigDir") or "."
    backend: Any = said.get("backend") or {}
    return Project(
        file=file,
        name=name,
        program=_program(file, str(said.get("main") or ".")),
        config={} if isinstance(config, str) else _mapping(file, "config", config),
        stack_files=file.parent / str(settings),
        backend=str(_mapping(file, "backend", backend).get("url") or ""),
        virtualenv=_virtualenv(file.parent, options.get("virtualenv")),
    )


def stack_name(project: Project, asked: str) -> str:
    """The stack that is meant by `NAME`, `organization/NAME` or `organization/<project>/NAME`.

    Raises `NotAProject`.
    """
    organization, _, rest = asked.rpartition("/")[0].partition("/")
    name = asked.rpartition("/")[2]
    if not name or organization not in ("", "organization") or rest not in ("", project.name):
        fix = f"write `--stack NAME`, or `--stack organization/{project.name}/NAME`."
        raise NotAProject(project.file, f"`{asked}` is no stack of project `{project.name}`", fix)
    return name


def _nearest(folder: Path) -> Path:
    for place in (folder, *folder.parents):
        for name in _NAMES:
            if (file := place / name).is_file():
                return file
    fix = "name the folder of a Pulumi project with `--cwd DIR`."
    raise NotAProject(folder / _NAMES[0], "it is not there, nor in a folder above", fix)


def _options(file: Path, runtime: Any) -> Mapping[str, Any]:
    match runtime:
        case str() as name:
            options: Any = {}
        case {"name": str() as name}:
            options = cast("dict[str, Any]", runtime).get("options") or {}
        case _:
            raise NotAProject(file, "it has no `runtime`", f"add `runtime: {_RUNTIME}`.")
    if name != _RUNTIME:
        reason = f"its runtime is `{name}`, and the embedded engine runs Python programs"
        raise NotAProject(file, reason, "run it with `pulumi`.")
    return _mapping(file, "runtime.options", options)


def _program(file: Path, main: str) -> Path:
    """The file to run; `main` is a file, or a folder with a `__main__.py`."""
    place = (file.parent / main).resolve()
    program = place / "__main__.py" if place.is_dir() else place
    if not program.is_file():
        reason = f"unable to find main python program `{program.name}` in `{program.parent}`"
        raise NotAProject(file, reason, "write the program there, or say with `main:` where it is.")
    return program


def _virtualenv(root: Path, said: Any) -> Path | None:
    if not said:
        return None
    place = (root / str(said)).resolve()
    return None if place == Path(sys.prefix).resolve() else place


def _mapping(file: Path, key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotAProject(file, f"`{key}` is no mapping of keys to values", "correct it there.")
    return {str(name): item for name, item in cast("dict[Any, Any]", value).items()}

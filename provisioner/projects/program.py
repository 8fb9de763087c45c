"""Runs a project's program as Pulumi's language host does (`sdk/python/cmd/pulumi-language-python-exec`).

The host starts a Python for each run; here the process is ours, so what a run leaves in it is taken back: the
working directory, `sys.path`, `sys.argv`, and the modules of the project, which each run imports anew.
"""

from __future__ import annotations

import importlib
import os
import runpy
import site
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from provisioner.engine.embedded.on_demand import load_on_demand
from provisioner.engine.interface import Program
from provisioner.engine.project_failures import NotAProject
from provisioner.projects.project import Project
from provisioner.projects.speech import in_program, out_of_program, spoken

_LARGE: Final = ("pulumi_aws", "pulumi_kubernetes")
"""SDKs of which a program names a hundredth, and which take longer to load than to run."""


@contextmanager
def inside(project: Project) -> Generator[None]:
    """While it lasts, this process is where the project's program expects to be. Raises `NotAProject`."""
    for sdk in _LARGE:
        load_on_demand(sdk)
    before, searched = Path.cwd(), list(sys.path)
    packages = packages_of(project)
    modules = frozenset(sys.modules)
    try:
        os.chdir(project.folder)
        sys.path.insert(0, str(project.folder))
        if packages is not None:
            # Behind our own: the engine serves the SDK that is installed with it.
            site.addsitedir(str(packages))
        with spoken():
            yield
    finally:
        os.chdir(before)
        sys.path[:] = searched
        _forget(project, modules)


def program_of(project: Project) -> Program:
    """What runs the program once, from its first line."""
    modules = frozenset(sys.modules)

    def program() -> None:
        _forget(project, modules)
        in_program()
        typed = sys.argv
        sys.argv = [str(project.program)]
        try:
            runpy.run_path(str(project.program), run_name="__main__")
        finally:
            sys.argv = typed
            out_of_program()

    return program


def packages_of(project: Project) -> Path | None:
    """The `site-packages` of the virtual environment the project names; None: it needs none but ours.

    One that is not there yet is passed over: what the program then misses, Python names itself. Raises
    `NotAProject` for one of another Python: compiled packages of it cannot be loaded here.
    """
    place = project.virtualenv
    if place is None or not place.is_dir():
        return None
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = place / "lib" / here / "site-packages"
    if not packages.is_dir():
        reason = f"its virtual environment `{place}` is of another Python than this one, {here}"
        raise NotAProject(project.file, reason, f"make it anew: {here} -m venv {place}")
    return packages


def _forget(project: Project, keep: frozenset[str]) -> None:
    """Let modules of the project be imported anew: what they declare is declared by importing them."""
    for name, module in list(sys.modules.items()):
        if name not in keep and _is_within(project.root, module):
            del sys.modules[name]
    importlib.invalidate_caches()


def _is_within(root: Path, module: Any) -> bool:
    """Whether it is the project's own; packages that are installed below it are not."""
    file: str | None = getattr(module, "__file__", None)
    return file is not None and Path(file).is_relative_to(root) and "site-packages" not in file

"""Looks at everything that can be wrong on this machine and with an environment. Changes nothing."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from environments.diagnostics import InvalidEnvironment
from environments.load import Loaded, find, load
from provisioner.asked import Asked
from provisioner.cli import bug
from provisioner.cli.environment_names import names_in
from provisioner.engine.failures import Failure
from provisioner.engine.interface import Access, Stack
from provisioner.local.desk import Desk
from provisioner.providers.interface import Refused
from provisioner.report import reduced
from provisioner.report.examination import Examination
from provisioner.report.explain import explain
from provisioner.report.naming import counted
from provisioner.wiring import Workspace, recorded

_FOLDER: Final = Path("environments")
_DISTRIBUTION: Final = "provisioner"
_ALSO: Final = ("botocore", "grpcio", "protobuf", "pydantic-core", "werkzeug")
_PINNED: Final = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)(\[[^]]*\])?==(?P<version>[^;,\s]+)")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
_ROOM: Final = 200 * 1024 * 1024
"""Bytes; a state of some thousand resources, its journal and its copy have 30 MB."""

_LAST: Final = 5
"""Reports of bugs that are looked at, the newest first."""


def examined(asked: Asked | None) -> Examination:
    """Everything about this machine, and about the environment if one is named."""
    examination = Examination()
    _machine(examination)
    _local_cloud(examination)
    _bugs(examination)
    if asked is None:
        _every_file(examination)
    elif (loaded := _file(examination, asked)) is not None:
        examination.facts["environment"] = {"settings": reduced.settings(loaded)}
        _state(examination, asked)
    return examination


def _machine(examination: Examination) -> None:
    installed = dict(_versions())
    examination.facts["machine"] = {
        "provisioner": installed.get(_DISTRIBUTION),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "encoding": sys.getfilesystemencoding(),
        "terminal": sys.stdin.isatty(),
        "variables": [name for name in reduced.VARIABLES if name in os.environ],
        "packages": installed,
    }
    examination.good(
        f"provisioner {installed.get(_DISTRIBUTION)}, Python {platform.python_version()}, {platform.system()}"
    )
    for name, wanted in _pins():
        if installed.get(name) != wanted:
            examination.bad(f"{name} should be {wanted}, and is {installed.get(name)}", "make local")
    free = shutil.disk_usage(Path.cwd()).free
    if free < _ROOM:
        examination.bad(f"The disk has {free // 2**20} MiB left: a state may not fit")
    if not os.access(Path.cwd(), os.W_OK):
        examination.bad("This folder cannot be written to, and a state is kept below it")


def _versions() -> Iterator[tuple[str, str | None]]:
    wanted = [found[0] for line in _requirements() if (found := _NAME.match(line))]
    for name in (_DISTRIBUTION, *sorted({*wanted, *_ALSO})):
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            yield name, None


def _requirements() -> list[str]:
    try:
        return metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return []


def _pins() -> Iterator[tuple[str, str]]:
    for line in _requirements():
        if found := _PINNED.match(line):
            yield found["name"], found["version"]


def _local_cloud(examination: Examination) -> None:
    desk = Desk()
    running = desk.status()
    examination.facts["local"] = {
        "running": running is not None,
        "recorded": desk.file.exists(),
        "log": reduced.log(_read(desk.log)),
    }
    if running:
        examination.good("The local cloud runs")
    elif desk.file.exists():
        examination.noted("The local cloud has ended without being stopped", "provisioner local start")
    else:
        examination.noted("The local cloud does not run")


def _bugs(examination: Examination) -> None:
    files = sorted(bug.FOLDER.glob("*.txt"), reverse=True) if bug.FOLDER.is_dir() else []
    last = [reduced.bug(file.name, _read(file)) for file in files[:_LAST]]
    examination.facts["errors"] = {"bugs": len(files), "last": last}
    if files:
        examination.bad(f"{len(files)} bugs of provisioner were noted in {bug.FOLDER}: please report them")


def _every_file(examination: Examination) -> None:
    facts: dict[str, Any] = {}
    for name in names_in(_FOLDER):
        try:
            load(find(name))
        except InvalidEnvironment as invalid:
            facts[name] = reduced.problems(invalid.diagnostics)
            count = counted(len(invalid.diagnostics), "problem")
            examination.bad(f"{name} is not valid: {count}", f"provisioner validate {name}")
        else:
            facts[name] = []
            examination.good(f"{name} is valid")
    examination.facts["environments"] = facts


def _file(examination: Examination, asked: Asked) -> Loaded | None:
    """The environment; None if its file is not valid, which is noted."""
    try:
        loaded = load(find(asked.name), cloud=asked.cloud)
    except InvalidEnvironment as invalid:
        examination.facts["environment"] = {"problems": reduced.problems(invalid.diagnostics)}
        count = counted(len(invalid.diagnostics), "problem")
        examination.bad(f"The environment is not valid: {count}", f"provisioner validate {asked.name}")
        return None
    examination.good("The environment is valid")
    return loaded


def _state(examination: Examination, asked: Asked) -> None:
    try:
        workspace = recorded(asked)
    except (Failure, Refused) as failure:
        examination.facts["state"] = {
            "failure": _failed(examination, asked, "The state", failure),
            "stacks": {},
        }
        return
    for notice in workspace.notices:
        examination.noted(notice)
    stacks = {
        f"{stack.project}/{stack.region}": _stack(examination, asked, workspace, stack)
        for stack in workspace.stacks
    }
    examination.facts["state"] = {"stacks": stacks}


def _stack(examination: Examination, asked: Asked, workspace: Workspace, stack: Stack) -> dict[str, Any]:
    called = f"{stack.project} in {stack.region}"
    facts: dict[str, Any] = {"locked": None}  # not known
    try:
        facts["locked"] = workspace.engine.holder(stack) is not None
        if facts["locked"]:
            examination.noted(f"{called}: somebody is changing it at this moment")
        with workspace.engine.open(stack, Access.READ) as run:
            facts |= reduced.deployment(run.export())
            facts["broken_rules"] = len(run.breaches())
            run.outputs()  # which takes the passphrase, if anything is sealed
    except (Failure, Refused) as failure:
        facts["failure"] = _failed(examination, asked, called, failure)
        return facts
    _judge(examination, asked, called, facts)
    return facts


def _failed(examination: Examination, asked: Asked, called: str, failure: Failure | Refused) -> str:
    """Notes what kept the state from being read; its code."""
    trouble = explain(failure, str(asked)).trouble
    examination.bad(f"{called}: {trouble.summary} ({trouble.code})", f"provisioner state verify {asked}")
    return trouble.code


def _judge(examination: Examination, asked: Asked, called: str, facts: dict[str, Any]) -> None:
    unfinished, broken = len(facts["unfinished"]), facts["broken_rules"]
    if broken:
        count = counted(broken, "rule")
        examination.bad(f"{called}: the state breaks {count}", f"provisioner state verify {asked}")
    if unfinished and not facts["locked"]:
        count = counted(unfinished, "operation")
        examination.bad(f"{called}: an earlier run left {count} unfinished", f"provisioner apply {asked}")
    if not (facts["resources"] or broken or unfinished):
        examination.noted(f"{called}: nothing is recorded yet")
    elif not broken and not unfinished:
        count = counted(facts["resources"], "resource")
        examination.good(f"{called}: {count} recorded, every rule holds")


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""

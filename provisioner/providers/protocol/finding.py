"""Where the plugin of a package is: attached, on the PATH, or in Pulumi's own folder.

The order and the names are those of Pulumi's engine (`getPluginInfoAndPath` in
`sdk/go/common/workspace/plugins.go`, `GetProviderAttachPort` in `pkg/resource/plugin/provider_plugin.go`), so
that what works there is found here.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provisioner.providers.interface import Refused

ATTACHED: Final = "PULUMI_DEBUG_PROVIDERS"
"""`NAME:PORT,…`: plugins that run already, and are neither started nor ended by the engine."""

NO_PATH: Final = "PULUMI_IGNORE_AMBIENT_PLUGINS"
"""Not empty: what lies on the PATH is not looked at."""

HOME: Final = "PULUMI_HOME"
NO_PORT: Final = "NoPort"
_FORM = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A semantic version, ordered by its rules (semver.org, section 11); build data counts for nothing."""

    numbers: tuple[int, int, int]
    is_final: bool
    before: tuple[tuple[int, int, str], ...] = ()
    """The parts of a pre-release; numbers come before words."""

    @classmethod
    def of(cls, text: str) -> Version | None:
        """The version that the text spells, with or without `v`; None if it spells none."""
        found = _FORM.fullmatch(text)
        if found is None:
            return None
        numbers = (int(found[1]), int(found[2]), int(found[3]))
        return cls(numbers, not found[4], tuple(map(_part, found[4].split("."))) if found[4] else ())

    def serves(self, asked: Version) -> bool:
        """Whether a program written for `asked` can be served: newer, and nothing that broke in between.

        Before 1.0 every minor version may break. A pre-release serves nobody who did not ask for it.
        """
        if not (self.is_final and asked.is_final):
            return self == asked
        kept = 1 if asked.numbers[0] else 2
        return self.numbers[:kept] == asked.numbers[:kept] and self >= asked


def _part(text: str) -> tuple[int, int, str]:
    return (0, int(text), "") if text.isdigit() else (1, 0, text)


@dataclass(frozen=True, slots=True)
class Attached:
    """A plugin that somebody else runs, listening on this port of 127.0.0.1."""

    name: str
    port: int


@dataclass(frozen=True, slots=True)
class Installed:
    """A plugin's executable; the version is empty for one on the PATH."""

    name: str
    file: Path
    version: str = ""


Found = Attached | Installed


@dataclass(frozen=True, slots=True)
class Places:
    """Where plugins are looked for, as the environment of this process says."""

    environment: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """Pulumi's plugin folder; it need not exist."""
        home = self.environment.get(HOME)
        return (
            Path(home) if home else Path(self.environment.get("HOME", "~")).expanduser() / ".pulumi"
        ) / "plugins"

    def exists(self, name: str) -> bool:
        """Whether there is any plugin for the package, whatever its version."""
        return self._outside(name) is not None or bool(self._in_folder(name))

    def find(self, name: str, version: str = "") -> Found | None:
        """The plugin for a program that asks for this version of the package; empty: the newest there is.

        The exact version, or else the newest that serves it. None if there is none. Raises `Refused` if
        `PULUMI_DEBUG_PROVIDERS` names no port.
        """
        if (outside := self._outside(name)) is not None:
            return outside
        installed = self._in_folder(name)
        asked = Version.of(version)
        if asked is None:
            final = {found for found in installed if found.is_final} or installed.keys()
            return installed[max(final)] if installed else None
        if asked in installed:
            return installed[asked]
        serving = [found for found in installed if found.serves(asked)]
        return installed[max(serving)] if serving else None

    def looked(self, name: str) -> tuple[str, ...]:
        """A line for each place, and what is there: for whoever wonders why nothing was found."""
        there = ", ".join(each.version for _, each in sorted(self._in_folder(name).items()))
        path = "not looked at" if self.environment.get(NO_PATH) else f"no {_executable(name)}"
        return (
            f"{ATTACHED}: no {name}:PORT",
            f"PATH: {path}",
            f"{self.folder}: {f'resource-{name} in version {there}' if there else f'no resource-{name}-v…'}",
        )

    def _outside(self, name: str) -> Found | None:
        if (port := self._attached(name)) is not None:
            return Attached(name, port)
        if self.environment.get(NO_PATH):
            return None
        file = shutil.which(_executable(name), path=self.environment.get("PATH", ""))
        return Installed(name, Path(file)) if file else None

    def _attached(self, name: str) -> int | None:
        for pair in self.environment.get(ATTACHED, "").split(","):
            known, _, port = pair.partition(":")
            if known.strip() == name:
                if not port.strip().isdigit():
                    raise Refused(f"`{ATTACHED}` names no port for {name}: write `{name}:PORT`", code=NO_PORT)
                return int(port)
        return None

    def _in_folder(self, name: str) -> dict[Version, Installed]:
        """What is there whole: Pulumi leaves a `.partial` beside what it is still unpacking."""
        found: dict[Version, Installed] = {}
        prefix = f"resource-{name}-v"
        for each in self.folder.glob(f"{prefix}*"):
            text = each.name.removeprefix(prefix)
            version = Version.of(text)
            if version and each.is_dir() and not each.with_name(f"{each.name}.partial").exists():
                found[version] = Installed(name, each / _executable(name), text)
        return found


def here() -> Places:
    """The places of this process."""
    return Places(os.environ)


def _executable(name: str) -> str:
    return f"pulumi-resource-{name}"

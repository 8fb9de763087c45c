"""The machine type of the GPU catalogue that somebody wrote, or the nearest ones."""

from __future__ import annotations

import difflib

from environments.diagnostics import Problem
from environments.gpu_catalogue import AS_OF, PROFILES, GpuProfile
from environments.section import refused


def profile(name: str) -> GpuProfile:
    """The machine type of that name; refuses one that is not in the catalogue, with the nearest names."""
    if name not in PROFILES:
        detail = f"`{name}` is not in the catalogue of GPU machines (table of {AS_OF})."
        raise refused(Problem.MACHINE, detail, _nearest(name))
    return PROFILES[name]


def _nearest(name: str) -> str:
    written = name.lower()
    if near := _having(written) or _spelt_like(written):
        return f"write one of {', '.join(near)}."
    return "write the EC2 instance type of a GPU machine, for example g6e.xlarge or p5.48xlarge."


def _spelt_like(name: str) -> list[str]:
    """Machine types whose family begins as the written one does (p6: p6-b200), else any that look alike."""
    family = name.partition(".")[0]
    relatives = [each for each in PROFILES if each.startswith(family)]
    return difflib.get_close_matches(name, relatives, cutoff=0.4) or difflib.get_close_matches(name, PROFILES)


def _having(accelerator: str) -> list[str]:
    """Machine types with a GPU of that name, for who wrote the GPU's name instead of the machine's."""
    return [each.name for each in PROFILES.values() if each.accelerator == accelerator][:6]

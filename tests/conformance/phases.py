"""What a conformance program consists of: phases, each one action of an engine on what the last one left.

A program is a module of `programs/`: a docstring that names the behaviour, functions that are versions of a
Pulumi program, and `PHASES`. With `ORDERED = True` the provider's calls are compared in their order, not only
by name; with `HANDED_OVER = False` no engine goes on with what the other has recorded (`handover.py`).
"""

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.conformance.provider.cloud import Cloud

PROGRAMS = Path(__file__).parent / "programs"
PROJECT = "conformance"
STACK = "test"
RANDOM = "random_"
"""How the names begin of programs that are made up (`random_programs.py`)."""


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One action; `program` is None where none is run."""

    action: str
    program: Callable[[], object] | None = None
    stack: str = STACK
    targets: tuple[str, ...] = ()
    """URNs in short (`lab:index:Box::a`)."""

    excludes: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    target_dependents: bool = False
    exclude_dependents: bool = False
    refresh: bool = False
    continue_on_error: bool = False
    config: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    outside: Callable[[Cloud], None] | None = None
    """What somebody else does to the cloud before."""

    def title(self):
        """The phase in a line."""
        said = [self.action, self.program.__name__ if self.program else ""]
        said += [] if self.stack == STACK else [f"on {self.stack}"]
        said += [f"--target {urn}" for urn in self.targets] + [f"--exclude {urn}" for urn in self.excludes]
        said += [f"--replace {urn}" for urn in self.replaces]
        flags = ("target_dependents", "exclude_dependents", "refresh", "continue_on_error")
        said += [f"--{flag.replace('_', '-')}" for flag in flags if getattr(self, flag)]
        said += [f"after {self.outside.__name__.replace('_', ' ')}"] if self.outside else []
        return " ".join(word for word in said if word)


def up(program, **how):
    """`pulumi up` of a program."""
    return Phase(action="up", program=program, **how)


def preview(program, **how):
    """`pulumi preview` of a program."""
    return Phase(action="preview", program=program, **how)


def refresh(**how):
    """`pulumi refresh`: no program is run."""
    return Phase(action="refresh", **how)


def destroy(**how):
    """`pulumi destroy`: no program is run."""
    return Phase(action="destroy", **how)


def names():
    """The programs, sorted."""
    return sorted(file.stem for file in PROGRAMS.glob("*.py"))


def load(name):
    """The module of a program; of one at random, what stands for it."""
    if name.startswith(RANDOM):
        return importlib.import_module("tests.conformance.random_programs").module(name)
    return importlib.import_module(f"tests.conformance.programs.{name}")


def run_phase():
    """What `__main__.py` of the project does: the program of the phase that the surroundings name."""
    module = load(os.environ["CONFORMANCE_PROGRAM"])
    return module.PHASES[int(os.environ["CONFORMANCE_PHASE"])].program()

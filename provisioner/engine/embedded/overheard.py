"""What plugins say while a run lasts."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager

from provisioner.engine.events import ProgramSpoke, Severity
from provisioner.engine.interface import Stack
from provisioner.providers.interface import Package


@contextmanager
def overhearing(
    packages: Mapping[str, Package], stack: Stack, tell: Callable[[ProgramSpoke], None]
) -> Generator[None]:
    """Tell what plugins log meanwhile, but for what is about a resource of another stack."""
    listen = getattr(packages, "listen", None)
    if listen is None:
        yield
        return
    ours = f"urn:pulumi:{stack.name}::{stack.project}::"

    def hear(level: str, message: str, urn: str) -> None:
        if not urn or urn.startswith(ours):
            tell(ProgramSpoke(Severity(level), message, urn))

    stop = listen(hear)
    try:
        yield
    finally:
        stop()

"""Runs a program's phases through one engine, in a folder and with a cloud of its own."""

import tempfile
from pathlib import Path

from tests.conformance.phases import load
from tests.conformance.provider.cloud import Cloud
from tests.conformance.provider.serving import served
from tests.conformance.transcript import written


def transcribed(name: str, engine, version: str) -> str:
    """The transcript; `engine` is made from a folder, a cloud and the port of its laboratory."""
    with tempfile.TemporaryDirectory() as folder:
        return transcribed_in(Path(folder), name, engine, version)


def transcribed_in(folder: Path, name: str, engine, version: str) -> str:
    """The same in a folder that stays."""
    program = load(name)
    cloud = Cloud(folder / "cloud.json")
    with served(cloud) as port:
        running = engine(folder, cloud, port)
        phases = [(phase, running.run(name, number, phase)) for number, phase in enumerate(program.PHASES)]
    return written(version, program, phases)

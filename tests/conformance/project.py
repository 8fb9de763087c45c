"""The Pulumi project that both engines run: its program is the one of the phase."""

import os
from pathlib import Path

from tests.conformance.phases import PROJECT

MAIN = """\"\"\"The program of the phase that is asked for.\"\"\"

from tests.conformance.phases import run_phase

run_phase()
"""
PASSPHRASE = "conformance"


def write(folder: Path) -> None:
    """A project in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n")
    (folder / "__main__.py").write_text(MAIN)


def surroundings(program: str, number: int) -> dict[str, str]:
    """The variables by which the project finds its program, and an engine the passphrase."""
    return {
        "CONFORMANCE_PROGRAM": program,
        "CONFORMANCE_PHASE": str(number),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PYTHONPATH": os.pathsep.join(
            [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
        ),
    }

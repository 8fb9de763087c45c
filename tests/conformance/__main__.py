"""`make conformance`: every program live through Pulumi's engine and through ours, compared.

    python -m tests.conformance [--record] [PROGRAM …]      random_1, random_2, … are made up at random

Then each engine goes on with what the other has recorded, which must leave nothing to do. With `--record`
what Pulumi's engine did is kept as the new transcripts, and what differs of a program in the table of
`meant.py` as what is meant. Exit codes: 0 all agree, 1 some do not, 2 there is no `pulumi`
on the PATH, or no such program.
"""

import os
import sys
import tempfile
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.conformance import kept
from tests.conformance.comparison import difference
from tests.conformance.handover import keeping, left_to_do
from tests.conformance.meant import MEANT
from tests.conformance.ours import OurEngine
from tests.conformance.phases import RANDOM, load, names
from tests.conformance.real import NoPulumi, RealEngine, version
from tests.conformance.running import transcribed_in

RECORD = "--record"
NO_PULUMI = """There is no `pulumi` on the PATH, so there is nothing to compare with.
Install it (https://www.pulumi.com/docs/install/), with its Python language host beside it. What was recorded
of it is replayed by `make test`.
"""


def main(arguments: list[str]) -> int:
    """The exit code."""
    try:
        theirs = version()
    except NoPulumi:
        sys.stderr.write(NO_PULUMI)
        return 2
    wanted = [name for name in arguments if name != RECORD] or names()
    if unknown := [name for name in wanted if name not in names() and not name.startswith(RANDOM)]:
        sys.stderr.write(f"There is no program {', '.join(unknown)} in tests/conformance/programs.\n")
        return 2
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        live = pool.map(lambda name: _real(Path(folder), name, theirs), wanted)
        # Ours runs in this process, which has one working directory: one after the other.
        verdicts = [
            judged(Path(folder), name, text, RECORD in arguments)
            for name, text in zip(wanted, live, strict=True)
        ]
        verdicts += pool.map(lambda name: went_on(Path(folder), name), wanted)
    sys.stdout.write(f"Pulumi {theirs}: {verdicts.count(False)} disagreements in {len(wanted)} programs.\n")
    return 0 if all(verdicts) else 1


def _real(folder: Path, name: str, theirs: str) -> str:
    place = folder / name / "theirs"
    place.mkdir(parents=True)
    return transcribed_in(place, name, keeping(RealEngine), theirs)


def judged(folder: Path, name: str, theirs: str, record: bool) -> bool:
    """Whether ours agrees but for what is meant, and has nothing to do on Pulumi's records; says so."""
    place = folder / name / "ours"
    place.mkdir()
    try:
        found = difference(theirs, transcribed_in(place, name, keeping(OurEngine), ""))
    except Exception:  # an engine that raises is one that disagrees; the others are compared all the same
        sys.stdout.write(f"{name}: ours raised\n{traceback.format_exc()}")
        return False
    if record and not name.startswith(RANDOM):
        kept.keep(name, theirs)
        kept.keep_meant(name, found if name in MEANT else "")
    moved = difference(kept.transcript(name), theirs) if kept.transcript(name) else ""
    agrees = found == kept.meant(name)
    word = ("as meant" if found else "agrees") if agrees else "DIFFERS (- Pulumi's, + ours)"
    sys.stdout.write(f"{name}: {word}\n{'' if agrees else found}")
    if moved:
        sys.stdout.write(f"  Pulumi does otherwise than was recorded of it (- then, + now):\n{moved}")
    left = left_to_do(name, load(name).PHASES, folder / name / "theirs", OurEngine)
    return _told(name, "on Pulumi's records ours would change", left) and agrees


def went_on(folder: Path, name: str) -> bool:
    """Whether Pulumi's engine has nothing to do on our records; says so if it has."""
    left = left_to_do(name, load(name).PHASES, folder / name / "ours", RealEngine)
    return _told(name, "on our records Pulumi would change", left)


def _told(name: str, what: str, left: list[str]) -> bool:
    if left:
        sys.stdout.write("\n".join([f"{name}: {what}", *left]) + "\n")
    sys.stdout.flush()
    return not left


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

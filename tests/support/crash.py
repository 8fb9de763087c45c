"""Kills a run at a chosen write of its journal: a process of its own, SIGKILL, no clean-up of any kind."""

import multiprocessing
import os
import signal
from pathlib import Path

PRELOAD = [
    "tests.support.unsynced",
    "tests.support.runs",
    "tests.support.programs",
    "provisioner.engine.embedded.engine",
    "tests.e2e.one_type",
    "tests.support.warm_botocore",
    "tests.support.frozen",
]
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(PRELOAD)


def run_killed(target, *arguments) -> int:
    """Run the function in a process of its own and say how it ended: 0, or minus the signal that killed it."""
    process = _context.Process(target=target, args=arguments)
    process.start()
    process.join(60)
    assert process.exitcode is not None, "the run hangs"
    return process.exitcode


def killing_journal(moment: int) -> None:
    """From now on the process dies at this moment: 2n just before the n-th journal write, 2n+1 just after it."""
    from provisioner.engine.embedded.journal import Journal

    append = Journal.append
    writes = iter(range(10_000))

    def counted(self, entry):
        number = next(writes)
        if moment == 2 * number:
            os.kill(os.getpid(), signal.SIGKILL)
        append(self, entry)
        if moment == 2 * number + 1:
            os.kill(os.getpid(), signal.SIGKILL)

    Journal.append = counted


def apply_and_die(folder: Path, program: str, moment: int) -> None:
    """Apply one of the sweep's programs, and die at the moment."""
    from provisioner.engine.embedded import secrets
    from tests.engine.recovery.sweep import PROGRAMS, WITH_OPTIONS
    from tests.support.runs import Desk

    secrets.ROUNDS = 10  # as in the test that started this process
    killing_journal(moment)
    desk = Desk(folder)
    desk.apply(*{**PROGRAMS, **WITH_OPTIONS}[program])


def import_and_die(folder: Path, ids: dict[str, str], moment: int) -> None:
    """Import these objects, by name, into one of the sweep's programs, and die at the moment."""
    from provisioner.engine.embedded import secrets
    from provisioner.engine.interface import Access
    from provisioner.plan.importing import Import
    from tests.engine.recovery.sweep import PROGRAMS
    from tests.support.runs import Desk

    secrets.ROUNDS = 10  # as in the test that started this process
    killing_journal(moment)
    desk = Desk(folder)
    program, _ = PROGRAMS["build"]
    with desk.engine().open(desk.stack(program), Access.WRITE) as run:
        run.importing(tuple(Import(resource=name, id=id) for name, id in ids.items()))
        run.take_over()

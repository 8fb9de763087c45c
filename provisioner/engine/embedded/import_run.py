"""Imports existing objects into the records of one stack: looks at everything first, and writes once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

from provisioner.engine.embedded.adoption import Seen
from provisioner.engine.embedded.askers import Askers
from provisioner.engine.embedded.default_providers import supplied
from provisioner.engine.embedded.deployment import (
    AskedInVain,
    Inbox,
    Interrupt,
    ProgramEnded,
    ProgramGone,
)
from provisioner.engine.embedded.executor import PARALLEL, WorkEnded
from provisioner.engine.embedded.hooks import Hooks
from provisioner.engine.embedded.interrupts import listening
from provisioner.engine.embedded.planned import in_order
from provisioner.engine.embedded.preparing import Prepared
from provisioner.engine.embedded.progress import Progress
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.secrets import Sealer
from provisioner.engine.embedded.snapshot import breaches
from provisioner.engine.embedded.starting import start
from provisioner.engine.embedded.state import Ended, Noted
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.embedded.taking_over import TakingOver
from provisioner.engine.embedded.versions import Update, Versions
from provisioner.engine.embedded.wanted import Asked
from provisioner.engine.failures import ProgramFailed, StateBreaksRules
from provisioner.engine.interface import Stack
from provisioner.plan.importing import Import, ImportPlan
from provisioner.plan.model import Mode, Source, StackPlan
from provisioner.plan.values import Properties
from provisioner.providers.interface import Refused


class Looking:
    """Runs the program once, and looks at every object that is to be imported."""

    def __init__(self, stack: Stack, scene: Scene, imports: Sequence[Import]) -> None:
        self._stack = stack
        self._scene = scene
        self._inbox = Inbox()
        self._pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="import")
        self._progress = Progress()
        self.found = TakingOver(scene, imports, self._progress, self._in_background, _now)
        self._askers = Askers(supplied(self.found, scene.defaults))
        self._reading = 0
        self._is_running = True
        self._crash: BaseException | None = None

    def look(self, old_outputs: Properties) -> ImportPlan:
        """What was found. Raises a `Failure`, and `KeyboardInterrupt`."""
        with listening(lambda: self._inbox.put(Interrupt())):
            start(self._stack, self._scene, self._inbox, self._progress, Hooks())
            while self._is_running or self._reading:
                try:
                    self._take(self._inbox.get())
                except BaseException as error:  # noqa: BLE001 - the program has to end first
                    self._stop(error)
        self._pool.shutdown()
        if (wrong := self._crash or self._progress.failure()) is not None:
            raise wrong
        return self._planned(old_outputs)

    def _take(self, message: object) -> None:
        match message:
            case Asked():
                self._askers.ask(message)
            case WorkEnded(settle):
                settle()
            case AskedInVain(failure):
                raise failure
            case ProgramEnded(broken) if broken is not None and self._crash is None:
                raise ProgramFailed(self._scene.stack, broken.error, broken.traceback)
            case ProgramGone():
                self._is_running = False
            case Interrupt():
                raise KeyboardInterrupt
            case _:
                pass  # what the program says is said by its next plan

    def _in_background(
        self, look: Callable[[], Seen | None], done: Callable[[Seen | Refused | None], None]
    ) -> None:
        self._reading += 1
        future = self._pool.submit(look)
        future.add_done_callback(lambda ended: self._inbox.put(WorkEnded(lambda: self._settle(ended, done))))

    def _settle(self, future: Future[Seen | None], done: Callable[[Seen | Refused | None], None]) -> None:
        self._reading -= 1
        if self._crash is not None:
            return
        try:
            found: Seen | Refused | None = future.result()
        except Refused as refused:
            found = refused
        done(found)

    def _stop(self, error: BaseException) -> None:
        """Whoever waits for an answer is told, so that the program can end."""
        self._crash = self._crash or error
        self._askers.send_away()

    def _planned(self, old_outputs: Properties) -> ImportPlan:
        found = self.found.findings
        plan = StackPlan(
            stack=self._stack.name,
            layer=self._stack.project,
            region=self._stack.region,
            mode=Mode.UPDATE,
            source=Source.CLOUD,
            steps=in_order(self._progress.steps),
            notes=tuple(sorted({*self._progress.notes, *self.found.notes})),
            outputs=self._progress.outputs or {},
            old_outputs=old_outputs,
        )
        return ImportPlan(
            plan=plan,
            wishes=found.wishes,
            obstacles=tuple(found.obstacles),
            recorded=tuple(found.recorded),
            unmade=tuple(found.unmade),
            assumed=found.assumed,
            resources=tuple(found.resources),
            meant=found.meant,
        )


def record(looking: Looking, prepared: Prepared, store: StackStore, sealer: Sealer, archive: Versions) -> str:
    """Record what was found, after a backup; where that lies, empty if there was nothing to back up.

    All of it is one entry of the journal: who is killed has imported everything, or nothing. Raises
    `StateBreaksRules`, `StateNotWritten` and what sealing raises.
    """
    began = time.time()
    edits = looking.found.edits()
    snapshot = prepared.recorded.copy()
    for edit in edits:
        snapshot.apply(edit)
    if found := breaches(snapshot.records()):
        raise StateBreaksRules(found)
    backup = store.back_up() if store.exists() else ""
    journal = store.journal(sealer)
    try:
        for settled in prepared.settled:
            journal.append(Ended(settled.operation, settled.edits))
        journal.append(Noted(edits))
    finally:
        journal.close()
    store.compact(snapshot, (), sealer)
    count = len(looking.found.findings.wishes)
    archive.keep(Update(kind="import", began=began, changes={"import": count}))
    return backup


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")

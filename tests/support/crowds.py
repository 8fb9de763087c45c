"""Processes that all want the same stack at the same moment, and one that is stopped in the middle of a run."""

import functools
import os
import time
from pathlib import Path

from provisioner.engine.failures import Failure, StateIsLocked
from provisioner.engine.interface import Access
from provisioner.plan.model import ApprovedPlan, Mode, Source
from tests.support.buckets import BucketDesk, client_of
from tests.support.fake_cloud import FakeCloud
from tests.support.programs import things
from tests.support.runs import Desk

CROWD = 8
PAIR = things(a={}, b={"needs": "a"})


def desk_in(folder: Path, endpoint: str | None, number: int):
    """A desk for one of many processes; state in the folder, or in the bucket of a moto server."""
    if endpoint is None:
        return Desk(folder)
    machine = folder / f"machine-{number}"
    desk = BucketDesk(machine, client=client_at(endpoint), prefix=folder.name)
    desk.cloud = FakeCloud(folder / "cloud.json")
    return desk


@functools.cache
def client_at(endpoint):
    """One client for all rounds of a process."""
    return client_of(endpoint)


def crowd_of(number):
    """How many want the stack in this round: two to eight."""
    return 2 + number % (CROWD - 1)


def contend(root, endpoint, number, rounds, meet, results):
    """In each round, try to apply; the winner waits until all others have been refused."""
    from provisioner.engine.embedded import secrets

    secrets.ROUNDS = 10
    for turn in range(rounds):
        desk = desk_in(Path(root) / f"round-{turn}", endpoint, number)
        meet.wait(60)
        if number >= crowd_of(turn):
            meet.wait(60)
            continue
        try:
            with desk.engine().open(desk.stack(PAIR), Access.WRITE) as run:
                results.put((turn, os.getpid(), None))
                meet.wait(60)
                plan = run.preview(Mode.UPDATE, Source.STATE)
                run.apply(ApprovedPlan(plan, "test"), lambda event: None)
        except StateIsLocked as locked:
            results.put((turn, os.getpid(), locked.holder))
            meet.wait(60)


def apply_slowly(root, endpoint, lease, results):
    """Apply; the first creation waits, after it was made, until a file is there."""
    from datetime import timedelta

    from provisioner.engine.embedded import secrets

    secrets.ROUNDS = 10
    folder = Path(root)
    desk = desk_in(folder, endpoint, 0)
    desk.lease = timedelta(seconds=lease)

    def wait(operation, inputs):
        if operation == "created":
            (folder / "created").touch()
            while not (folder / "go-on").exists():
                time.sleep(0.01)

    desk.cloud.before = wait
    try:
        desk.apply(PAIR)
    except Failure as failure:
        results.put((type(failure).__name__, str(getattr(failure, "kept", None))))
    else:
        results.put(("done", ""))

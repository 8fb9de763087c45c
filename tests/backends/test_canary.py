"""One secret on its way through everything that is written: no byte search finds it anywhere but in the cloud."""

import dataclasses
import json
import logging
import traceback

import pulumi
import pytest

from provisioner.cli import bug
from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.interface import Access, Result
from provisioner.plan.model import ApprovedPlan, Mode, Source
from provisioner.plan.saved import written
from provisioner.providers.interface import Refused
from provisioner.report.event_stream import EventStream
from provisioner.report.explain import explain
from provisioner.report.machine import document, plan_document, resource_document
from provisioner.report.message import render
from provisioner.report.page import html
from provisioner.report.plan_view import PlanView, view_text
from provisioner.report.style import PLAIN
from tests.backends.test_seals import NEW, TO_NEW, FakeKey, everything_written, reseal
from tests.plan.test_saved import saved as a_saved_plan
from tests.support.buckets import BucketDesk
from tests.support.fake_cloud import FakePackage, FakeRegistry, Thing
from tests.support.runs import Desk

CANARY = "canary-7d20"
PASSPHRASE = "sesame-7d20"


def program(size=1):
    """A secret as an input, as an output of the stack, inside a list, and in what another one is given."""
    options = pulumi.ResourceOptions(provider=FakeRegistry("here"))
    secret = pulumi.Output.secret(CANARY)
    a = Thing("a", size=size, note=secret, tags={"list": [secret]}, opts=options)
    Thing("b", note=a.note, opts=options)
    pulumi.export("note", pulumi.Output.concat("it is ", secret))


@pytest.fixture(params=["folder, passphrase", "bucket, passphrase", "folder, a cloud's key"])
def desk(request, tmp_path, quick_passphrase):
    desk = (BucketDesk if "bucket" in request.param else Desk)(tmp_path)
    desk.passphrase = PASSPHRASE
    if "key" in request.param:
        desk.passphrase = None
        keys = Keys(lambda: None, "awskms://alias/state", lambda url, stack: FakeKey(url))
        backend = desk.engine()._backend
        desk.engine = lambda: EmbeddedEngine(backend, {"fake": FakePackage(desk.cloud)}, keys)
    return desk


def planned(desk, size):
    """The plan as a person, a program and a browser see it, and as it is kept in a file."""
    with desk.engine().open(desk.stack(lambda: program(size)), Access.READ) as run:
        plan = run.preview(Mode.UPDATE, Source.STATE)
        kept = dataclasses.replace(a_saved_plan(), stacks=(run.kept(plan),))
    view = PlanView(environment="dev", plans=(plan,))
    texts = (
        view_text(view, PLAIN),
        html(view),
        document(plan_document("dev", (plan,))),
        repr(plan),
        repr(kept),
    )
    return "".join(texts).encode() + written(kept)


def applied(desk, size):
    """Its events as lines, and what lay on the disk at each moment in which the cloud was called."""
    lines = []
    stream = EventStream(lines.append)
    on_the_way = []
    refuse = desk.cloud.before

    def look(operation, inputs):
        on_the_way.append(everything_written(desk))
        refuse(operation, inputs)

    desk.cloud.before = look
    with desk.engine().open(desk.stack(lambda: program(size)), Access.WRITE) as run:
        plan = run.preview(Mode.UPDATE, Source.STATE)
        done = run.apply(ApprovedPlan(plan, "test"), stream.told)
    desk.cloud.before = refuse
    assert on_the_way
    assert lines
    return done, "".join(lines).encode() + repr(done).encode() + b"".join(on_the_way)


def looked_at(desk):
    with desk.engine().open(desk.stack(program), Access.READ) as run:
        shown = [document(resource_document(one)) for one in run.resources()]
        return "".join([*shown, json.dumps(run.export()), repr(run.outputs())]).encode()


def told(failure):
    """An exception as every part of the product shows it, the report of a bug included."""
    bug.report(failure)
    reports = b"".join(file.read_bytes() for file in bug.FOLDER.iterdir())
    lines = traceback.format_exception(failure)
    return (
        repr(failure).encode() + "".join(lines).encode() + reports + render(explain(failure, "dev")).encode()
    )


def test_it_is_found_nowhere(desk, tmp_path, monkeypatch, caplog, capsys):
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)
    seen = [planned(desk, 1)]
    done, bytes_of = applied(desk, 1)
    assert done.result is Result.DONE
    seen += [bytes_of, planned(desk, 2), looked_at(desk)]

    def refuse(operation, inputs):
        if operation == "update":
            raise Refused(f"'{inputs['note']}' is not what it was", code="Conflict")

    desk.cloud.before = refuse
    done, bytes_of = applied(desk, 2)
    assert done.result is Result.FAILED
    seen += [bytes_of, looked_at(desk)]
    if desk.passphrase:
        reseal(desk, TO_NEW)
        desk.passphrase = "wrong"
        with pytest.raises(Exception) as wrong:  # noqa: PT011 - whatever it is, it tells no secret
            desk.plan(program)
        seen.append(told(wrong.value))
    seen += [everything_written(desk), caplog.text.encode(), "".join(capsys.readouterr()).encode()]
    found = b"".join(seen)
    assert CANARY in repr(desk.cloud.all()), "the cloud has it, and so it was under way"
    for secret in (CANARY, PASSPHRASE, NEW):
        assert secret.encode() not in found

"""A stack that goes from one engine to the other: what is translated, and what is refused."""

from types import SimpleNamespace

import pytest

from provisioner.asked import Asked
from provisioner.engine.amending import Amended, Document, Fit, Kind
from provisioner.engine.embedded.ledger import Content
from provisioner.engine.embedded.secrets import BlindSealer
from provisioner.engine.embedded.state import Began, ResourceState
from provisioner.engine.embedded.surgery import Records
from provisioner.engine.engine_failures import HeldByOther, NotWithThisEngine, UnfinishedThere
from provisioner.engine_wiring import holder_of, must_hold
from provisioner.handing_over import Handing, HandingLedger

URN = "urn:pulumi:dev.here::layer::{}::{}"
BUILT_IN = ResourceState(
    urn=URN.format("pulumi:providers:pulumi", "default"), type="pulumi:providers:pulumi", custom=True, id="1"
)
READ = ResourceState(
    urn=URN.format("pulumi:pulumi:StackReference", "other"),
    type="pulumi:pulumi:StackReference",
    custom=True,
    id="organization/other/dev.here",
    provider=f"{BUILT_IN.urn}::1",
    dependencies=("b", "a"),
    property_dependencies={"name": (), "x": ("b", "a")},
    other={"sourcePosition": "project:///home/ann/program.py#3", "aliases": ["z"]},
)


def ledger(records, to, holder, write=None):
    content = Content(records, BlindSealer("dev.here", None))
    inner = SimpleNamespace(imported=lambda *_: Amended((), content), record=lambda *_: "backup")
    return HandingLedger(inner, Handing(stack="layer/dev.here", holder=holder, to=to, write=write))


def imported(records, to, holder):
    return ledger(records, to, holder).imported(Document({}, "f"), Fit.EXACT)


def test_what_pulumi_registers_for_itself_stays_behind():
    amended = imported(Records((BUILT_IN, READ), ()), "embedded", "pulumi")
    [kept] = amended.content.records.resources
    assert (kept.provider, kept.dependencies) == ("", ("a", "b"))
    assert kept.property_dependencies == {"x": ("a", "b")}
    assert kept.other == {"aliases": ["z"]}


def test_that_the_stack_goes_is_told_even_if_no_record_changes():
    amended = imported(Records((), ()), "embedded", "pulumi")
    assert [(note.kind, note.detail) for note in amended.notes] == [(Kind.HANDED_OVER, "embedded")]
    assert not amended.is_empty


@pytest.mark.parametrize("holder", ["embedded", None])
def test_a_stack_that_stays_is_not_told(holder):
    assert imported(Records((READ,), ()), "embedded", holder).notes == ()


def test_open_operations_do_not_go_to_pulumi():
    """Its import drops them, and with them what they may have made."""
    pending = Records((READ,), (Began(1, "creating", READ),))
    with pytest.raises(UnfinishedThere) as refused:
        imported(pending, "pulumi", "embedded")
    assert refused.value.operations == (f"creating {READ.urn}",)
    assert imported(pending, "embedded", "pulumi").content.records.pending == pending.pending


def test_who_writes_is_who_takes_it():
    written = []
    theirs = ledger(
        Records((), ()), "pulumi", "embedded", lambda content, message: written.append(message) or "there"
    )
    assert theirs.record(Amended((), Content(Records((), ()), BlindSealer("s", None))), "m") == "there"
    assert written == ["m"]
    assert ledger(Records((), ()), "embedded", "pulumi").record(Amended((), None), "m") == "backup"


def test_nothing_else_is_done_by_hand():
    with pytest.raises(NotWithThisEngine):
        ledger(Records((), ()), "pulumi", "pulumi").amended(None)


@pytest.mark.parametrize(
    ("writer", "holder"),
    [("", None), ("provisioner", "embedded"), ("v3.260.0", "pulumi"), ("3.260.0", "pulumi")],
)
def test_a_stack_is_held_by_who_wrote_its_state_last(writer, holder):
    assert holder_of(writer) == holder
    for kind in ("embedded", "pulumi"):
        if holder in (None, kind):
            must_hold(kind, "layer/dev.here", writer)
        else:
            with pytest.raises(HeldByOther):
                must_hold(kind, "layer/dev.here", writer)


def test_the_engine_is_part_of_what_was_asked():
    assert str(Asked("dev", engine="pulumi")) == "dev --engine pulumi"
    assert str(Asked("dev", "local", "embedded")) == "dev --cloud local --engine embedded"

"""The same programs planned and applied by both engines: the same plans, the same events, empty next plans."""

from dataclasses import replace

import pulumi
import pytest

from provisioner.engine.failures import PassphraseWrong, PlanHasChanged, ProgramFailed, ProtectedResources
from provisioner.engine.interface import Access, Result
from provisioner.plan.model import ApprovedPlan, Mode, Source
from provisioner.plan.scope import Scope
from provisioner.plan.values import UNKNOWN, Secret
from provisioner.providers.interface import Refused
from stacks.references import Upstream
from tests.live_engine.desk import RealDesk
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.programs import things
from tests.support.runs import Desk, marks

pytestmark = [
    # The SDK's language server leaves the loop of each program it has run open, and the channels to the engine.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
START = {
    "a": {"size": 1, "name": "a"},
    "b": {"size": 1, "name": "b", "needs": "a"},
    "c": {"size": 1, "name": "c"},
}
CHANGES = {
    "update": {**START, "a": {"size": 2, "name": "a"}},
    "replace": {**START, "a": {"size": 2, "name": "a", "zone": "z"}},
    "replace and make": {**START, "a": {"size": 2, "name": "a2", "zone": "y"}, "d": {"size": 3, "name": "d"}},
    "delete": {name: START[name] for name in "ac"},
}


def in_short(step):
    """A step without the ids, which the fake cloud rolls."""
    kept = {name: value for name, value in step.new.items() if name != "parentId"}
    return replace(step, id="", old={}, new=kept, changes=())


def in_order(steps):
    """Deletions that do not need each other have no order."""
    return sorted(map(in_short, steps), key=lambda step: (step.op, step.urn))


def told(desk):
    return sorted(
        (type(event).__name__, event.op, event.urn, event.detail)
        for event in desk.events
        if hasattr(event, "detail")
    )


def test_both_plan_and_do_the_same_and_want_nothing_more(tmp_path):
    desks = []
    for kind, name in ((Desk, "ours"), (RealDesk, "theirs")):
        (tmp_path / name).mkdir()
        desks.append(kind(tmp_path / name))
        desks[-1].apply(things(**START))
    for wanted in CHANGES.values():
        program = things(**wanted)
        ours, theirs = (desk.plan(program) for desk in desks)
        assert in_order(theirs.steps) == in_order(ours.steps)
        for desk in desks:
            desk.events.clear()
        done, done_there = (desk.apply(program) for desk in desks)
        assert (done_there.result, done_there.counts) == (done.result, done.counts)
        assert told(desks[1]) == told(desks[0])
        assert desks[0].resources().keys() == desks[1].resources().keys()
        assert desks[1].plan(program).is_empty
    assert desks[1].destroy().result is Result.DONE
    with desks[1].cloud.objects() as objects:
        assert not objects


def test_a_kept_plan_comes_out_the_same_later_and_nothing_else_is_done(tmp_path):
    def unnamed():
        opts = pulumi.ResourceOptions(provider=FakeRegistry("here"))
        Thing("a", size=1, opts=opts)
        secret = Thing("b", size=pulumi.Output.secret(2), opts=opts)
        pulumi.export("secret", secret.size)

    desk = RealDesk(tmp_path)
    with desk.engine().open(desk.stack(unnamed), Access.READ) as run:
        plan = run.preview(Mode.UPDATE, Source.STATE)
        saved = run.kept(plan)
    assert not (tmp_path / "state" / ".pulumi").exists()  # a plan leaves nothing behind
    with desk.engine().open(desk.stack(things(a={"size": 1})), Access.WRITE) as run:
        again = run.reopened(saved)
        with pytest.raises(PlanHasChanged):
            run.apply(ApprovedPlan(again, "test"), desk.events.append)
    with desk.engine().open(desk.stack(unnamed), Access.WRITE) as run:
        assert run.reopened(saved) == replace(plan, steps=again.steps)
        now = run.preview(Mode.UPDATE, Source.STATE)
        assert [step.new for step in now.steps] == [step.new for step in plan.steps]
        assert run.apply(ApprovedPlan(again, "test"), desk.events.append).result is Result.DONE
    assert desk.outputs() == {"secret": Secret(2)}
    desk.passphrase = "another"
    with pytest.raises(PassphraseWrong):
        desk.plan(unnamed)


def test_what_stops_a_plan_has_its_name(tmp_path):
    def broken():
        raise ValueError("no such size")

    desk = RealDesk(tmp_path)
    with pytest.raises(ProgramFailed) as failed:
        desk.plan(broken)
    assert ("no such size" in failed.value.error, "broken" in failed.value.traceback) == (True, True)
    desk.apply(things(a={"size": 1, "opts": pulumi.ResourceOptions(protect=True)}))
    with pytest.raises(ProtectedResources):
        desk.plan(things())


def test_a_refused_step_is_told_and_the_rest_is_recorded(tmp_path):
    desk = RealDesk(tmp_path)

    def before(operation, inputs):
        if operation == "create" and inputs.get("name") == "b":
            raise Refused("the quota of 1 is reached", code="QuotaExceeded")

    desk.cloud.before = before
    applied = desk.apply(things(**START))
    assert applied.result is Result.FAILED
    assert ["the quota of 1 is reached" in failed.error for failed in applied.failures] == [True]
    assert [urn.rpartition("::")[2] for urn in applied.not_done] == ["b"]
    assert "a" in desk.resources()


def test_a_part_is_all_that_changes_and_what_others_did_is_found(tmp_path):
    desk = RealDesk(tmp_path)
    desk.apply(things(**START))
    wanted = {**START, "a": {"size": 2, "name": "a"}, "c": {"size": 2, "name": "c"}}
    desk.apply(things(**wanted), scope=Scope(targets=("*::c",)))
    assert marks(desk.plan(things(**wanted))) == ["~ a (size)"]
    with desk.cloud.objects() as objects:
        for thing in objects.values():
            if thing["name"] == "c":
                thing["size"] = 9
    with desk.engine().open(desk.stack(things(**wanted)), Access.READ) as run:
        [found] = run.look().outside
    assert (found.drift.urn.rpartition("::")[2], found.drift.changes[0].new) == ("c", 9)
    assert marks(desk.plan(things(**wanted), source=Source.CLOUD)) == ["~ a (size)", "~ c (size)"]


def test_outputs_as_they_will_be_reach_a_later_stack(tmp_path):
    """Unknown stays unknown, and secret stays secret: one makes all of them so, as a stack reference does."""

    def reads():
        other = Upstream("first", "here")
        pulumi.export("known", other.output("known"))
        pulumi.export("later", other.output("later"))

    desk = RealDesk(tmp_path)

    def planned(**outputs):
        with desk.engine().open(desk.stack(reads), Access.READ) as run:
            return run.preview(Mode.UPDATE, Source.STATE, {"organization/first/test.here": outputs}).outputs

    assert planned(known="k", later=UNKNOWN) == {"known": "k", "later": UNKNOWN}
    assert planned(known="k", later=Secret("s")) == {"known": Secret("k"), "later": Secret("s")}

"""What is deleted and made again for a new name alone: in the plan, for programs, and where data would be lost."""

from dataclasses import replace

import pytest

from provisioner.cli.approving import Intent, must_be_approved
from provisioner.engine.failures import LossNotApproved
from provisioner.plan.model import Mode, Renamed
from provisioner.plan.portable import plan_json, plan_of
from provisioner.report.explain import explain
from provisioner.report.machine import plan_document
from provisioner.report.message import render
from provisioner.report.page import html
from provisioner.report.plan_view import PlanView, view_text
from provisioner.report.renames_text import commands_by_urn
from provisioner.report.style import PLAIN
from tests.support.plans import KEY, NETWORK, VPC, plan, root, step, urn

RENAMED = Renamed(
    old=urn(NETWORK, "old"),
    new=urn(NETWORK, "new"),
    pairs=(
        (urn(NETWORK, "old"), urn(NETWORK, "new")),
        (urn(VPC, "old-vpc"), urn(VPC, "new-vpc")),
        (urn(KEY, "odd"), urn(KEY, "other")),
    ),
    names=((urn(f"{NETWORK}$x", "old"), "new"), (urn(KEY, "odd"), "other")),
    kept=(urn(VPC, "old-vpc"), urn(KEY, "odd")),
    removed=(urn(KEY, "old-second"),),
    updates=1,
)
ONE = replace(
    RENAMED, names=((urn(NETWORK, "old"), "new"),), kept=(urn(VPC, "old-vpc"),), removed=(), updates=0
)
PLAN = plan(root(), step("delete", KEY, "odd", id="k-1"), renames=(RENAMED, ONE))


def test_the_plan_says_what_to_type(golden):
    golden(view_text(PlanView(environment="dev", cloud="local", plans=(PLAN,)), PLAIN))


def test_programs_get_the_same():
    first, second = plan_document("dev", [PLAN], asked="dev --cloud local")["renames"]
    assert first["command"].startswith("provisioner state rename dev --cloud local 'urn:pulumi:")
    assert first["command"].endswith(f" new {urn(KEY, 'odd')} other")
    assert (first["kept"], first["removed"]) == (list(RENAMED.kept), list(RENAMED.removed))
    assert second["updates"] == 0
    assert plan_document("dev", [plan()])["renames"] == []


def test_the_page_has_it():
    text = html(PlanView(environment="dev", plans=(PLAN,)))
    assert "Only a new name? PrivateNetwork old → new: 1 object stays, as it is." in text
    assert "<code>provisioner state rename dev " in text


def test_a_plan_file_keeps_it():
    assert plan_of(plan_json(PLAN, str)).renames == PLAN.renames
    older = plan_json(PLAN, str)
    del older["renames"]
    assert plan_of(older).renames == ()


def test_where_data_would_be_lost_the_way_to_keep_it_comes_first(golden):
    lost = ("delete", urn(KEY, "odd"), "everything that is encrypted with it")
    command = commands_by_urn([PLAN], "dev")[urn(KEY, "odd")]
    failure = LossNotApproved((lost,), "provisioner apply dev --yes", "", (command,))
    golden(render(explain(failure, "dev")))


def test_the_refusal_names_it():
    kept = replace(ONE, kept=(urn(KEY, "k"),))
    lost = plan(root(), step("delete", KEY, "k", id="k-1"), renames=(kept,))
    intent = Intent(command="provisioner apply dev", mode=Mode.UPDATE)
    with pytest.raises(LossNotApproved) as refused:
        must_be_approved(PlanView(environment="dev", plans=(lost,)), intent)
    assert refused.value.renames == (f"provisioner state rename dev {kept.old} new",)


def test_a_destroyed_environment_has_none():
    assert "new name" not in view_text(PlanView(environment="dev", plans=(plan(mode=Mode.DESTROY),)), PLAIN)

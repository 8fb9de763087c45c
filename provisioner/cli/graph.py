"""`provisioner graph`."""

from __future__ import annotations

from typing import Final

import click

from provisioner.asked import Asked
from provisioner.cli.choosing import must_be_there
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.screen import err, out
from provisioner.engine.interface import Access
from provisioner.plan.model import Mode, Source
from provisioner.report.graph_text import dot, mermaid, mermaid_is_too_large
from provisioner.report.resource_graph import Depth, Drawn, exported, graph, planned
from provisioner.wiring import Workspace, planning, recorded
from provisioner.workflow import preview

_TOO_LARGE: Final = (
    "note: viewers of Mermaid refuse a graph of this size; `--depth component` is smaller, and "
    "Graphviz draws `--format dot` whatever its size"
)


@click.command("graph", cls=Explaining)
@ENVIRONMENT
@click.option(
    "--format", "form", type=click.Choice(["mermaid", "dot"]), default="mermaid", help="Default: mermaid."
)
@click.option(
    "--of",
    "subject",
    type=click.Choice(["plan", "state"]),
    default="plan",
    help="What is drawn. Default: plan.",
)
@click.option(
    "--depth",
    type=click.Choice([depth.value for depth in Depth]),
    default=Depth.COMPONENT.value,
    help="A node for each component, or for each object. Default: component.",
)
@click.option("--layer", help="Only this layer.")
@click.option("--region", help="Only this region.")
def command(environment: Asked, *, form: str, subject: str, depth: str, **only: str | None) -> ExitCode:
    """The resources as a picture, by layer, region and component.

    An arrow leads from what is needed to what needs it. The picture of a plan is coloured by what changes.
    """
    stacks = _planned(environment) if subject == "plan" else _recorded(environment)
    must_be_there("layer", only["layer"], [stack.layer for stack in stacks])
    must_be_there("region", only["region"], [stack.region for stack in stacks])
    chosen = [
        stack
        for stack in stacks
        if only["layer"] in (None, stack.layer) and only["region"] in (None, stack.region)
    ]
    drawn = graph(chosen, Depth(depth))
    if not drawn.frames:
        err().say("note: there is nothing to draw: no object is planned or recorded")
    text = dot(drawn) if form == "dot" else mermaid(drawn)
    if form == "mermaid" and mermaid_is_too_large(drawn, text):
        err().say(_TOO_LARGE)
    out().write(text)
    return ExitCode.DONE


def _planned(environment: Asked) -> list[Drawn]:
    with planning(environment) as workspace:
        _note(workspace)
        plans = preview(workspace.engine, workspace.schedule(Mode.UPDATE), Source.STATE)
        names = {(stack.project, stack.name): stack.full_name for stack in workspace.stacks}
        return [
            Drawn(names[plan.layer, plan.stack], plan.layer, plan.region, planned(plan)) for plan in plans
        ]


def _recorded(environment: Asked) -> list[Drawn]:
    workspace = recorded(environment)
    _note(workspace)
    found: list[Drawn] = []
    for stack in workspace.stacks:
        with workspace.engine.open(stack, Access.READ) as run:
            things = exported(run.export()["deployment"])
        found.append(Drawn(stack.full_name, stack.project, stack.region, things))
    return found


def _note(workspace: Workspace) -> None:
    for notice in workspace.notices:
        err().say(f"note: {notice}")

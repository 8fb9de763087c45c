"""`provisioner import`: objects that exist already become resources of an environment."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypedDict, Unpack

import click

from provisioner.asked import Asked
from provisioner.cli.asking import agreed, must_be_able_to_ask
from provisioner.cli.called import program
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining, typed_again
from provisioner.cli.import_files import filled_in, is_template, template, wishes_in
from provisioner.cli.screen import err, out
from provisioner.cli.writing import write_over
from provisioner.engine.import_failures import ImportRefused, NoCloudToImportFrom
from provisioner.importing import Imports, look, take_over
from provisioner.matching_settings import Matching, of_all
from provisioner.plan.importing import Accepted, Import
from provisioner.plan.model import Mode, StackPlan, Step
from provisioner.providers.aws import import_ids as of_aws
from provisioner.providers.vault import import_ids as of_vault
from provisioner.report.import_text import ToKeep, import_text
from provisioner.report.machine import document, import_document
from provisioner.report.message import PROGRAM
from provisioner.report.value_text import leaves
from provisioner.wiring import Workspace, planning, reverting

FORMS: Final[Mapping[str, str]] = {**of_aws.FORMS, **of_vault.FORMS}
"""How an id is written, by type."""


class Options(TypedDict):
    """What the command line says besides the environment."""

    resource: str | None
    id: str | None
    file: Path | None
    write_template: Path | None
    accept_changes: bool
    accept_replacement: tuple[str, ...]
    dry_run: bool
    yes: bool
    as_json: bool


def _form(type: str) -> str:
    """How an id of this type is written; empty for others' types."""
    return FORMS.get(type, "")


def _list_ids(ctx: click.Context, _option: click.Parameter, is_asked: bool) -> None:  # noqa: FBT001 - click's
    if is_asked and not ctx.resilient_parsing:
        width = max(map(len, FORMS))
        out().write("".join(f"{token:{width}}  {FORMS[token]}\n" for token in sorted(FORMS)))
        ctx.exit()


@click.command("import", cls=Explaining, short_help="Make objects that exist resources of an environment.")
@ENVIRONMENT
@click.argument("resource", required=False)
@click.argument("id", required=False)
@click.option(
    "--file", type=click.Path(path_type=Path), metavar="F", help="Many: `URN: id`, or Pulumi's file."
)
@click.option(
    "--write-template",
    type=click.Path(path_type=Path),
    metavar="F",
    help="Write the file for --file: everything that the environment would make, ids left open.",
)
@click.option("--accept-changes", is_flag=True, help="Also objects that the next apply changes in place.")
@click.option(
    "--accept-replacement",
    multiple=True,
    metavar="URN",
    help="Also this object, which the next apply makes anew; a pattern works, too. Repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be recorded, and record nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option(
    "--ids",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_ids,
    help="List how the ids of each type are written.",
)
def command(environment: Asked, **options: Unpack[Options]) -> ExitCode:
    """Record objects that exist as resources of an environment. Nothing in the cloud is changed.

    RESOURCE is the URN or the name of a resource that the environment would make, ID the object's id. An
    object that differs from what the environment file asks for is refused, unless that is accepted: it is
    recorded as it is, and the next apply changes it.
    """
    if (file := options["write_template"]) is not None:
        if options["file"] is not None or options["resource"] is not None:
            raise click.UsageError("--write-template only writes a file to fill in; import in a second step.")
        if options["as_json"]:
            raise click.UsageError("--write-template writes a file for people to fill in; it has no JSON.")
        return _write_template(environment, file)
    wishes = _wishes(options)
    accepted = Accepted(changes=options["accept_changes"], replacements=options["accept_replacement"])
    if options["dry_run"]:
        with planning(environment) as workspace:
            _must_run(workspace)
            found = _looked(workspace, wishes, accepted)
            _show(workspace, found, as_json=options["as_json"])
            if options["as_json"]:
                out().write(document(import_document(str(environment), _plans(workspace, found), None)))
        if not options["as_json"]:
            out().say("Nothing was recorded: --dry-run.")
        return ExitCode.DONE
    if not options["yes"]:
        must_be_able_to_ask(typed_again("--yes"), is_impossible=options["as_json"])
    course = _Import(
        reverting(environment), wishes, accepted, is_agreed=options["yes"], as_json=options["as_json"]
    )
    return course.run()


@dataclass
class _Import:
    """From the first look to the last record."""

    workspace: Workspace
    wishes: tuple[Import, ...]
    accepted: Accepted
    is_agreed: bool
    as_json: bool
    found: Imports = field(default_factory=lambda: Imports(()))

    def run(self) -> ExitCode:
        """Look, ask, record. Raises a `Failure`."""
        _must_run(self.workspace)
        phases = self.workspace.schedule(Mode.UPDATE)
        backups = take_over(self.workspace.engine, phases, self.wishes, self.accepted, self._agree)
        if self.as_json:
            kept = None if backups is None else {each.stack: str(each.place) for each in backups}
            plans = _plans(self.workspace, self.found)
            out().write(document(import_document(self.workspace.name, plans, kept)))
            return ExitCode.DONE
        count = self.found.count
        if count == 0:
            return ExitCode.DONE
        if backups is None:
            out().say("Nothing was recorded.")
            return ExitCode.FAILED
        objects = "object is" if count == 1 else "objects are"
        out().say(f"\n{count} {objects} recorded. What is left to do:\n")
        out().say(f"  {program()} plan {self.workspace.name}")
        for backup in backups:
            err().say(f"note: the state of {backup.stack} before is in {backup.place}")
        return ExitCode.DONE

    def _agree(self, found: Imports) -> bool:
        _show(self.workspace, found, as_json=self.as_json)
        self.found = found
        if not found.count:
            return False
        question = f"Record {'this' if found.count == 1 else 'these'} in {self.workspace.name}?"
        if not (self.is_agreed or agreed(question, "yes")):
            return False
        self.workspace.begin()
        return True


def _wishes(options: Options) -> tuple[Import, ...]:
    """What is to be imported. Raises what reading the file raises, and click's own for wrong usage."""
    resource, id = options["resource"], options["id"]  # noqa: A001
    if (file := options["file"]) is not None:
        if resource is not None:
            raise click.UsageError("Name one resource with its id, or a file; not both.")
        return wishes_in(file)
    if resource is None or id is None:
        raise click.UsageError(
            "Say what to import: RESOURCE and ID, or --file F. --write-template F writes such a file."
        )
    return (Import(resource=resource, id=id),)


def _write_template(environment: Asked, file: Path) -> ExitCode:
    with planning(environment) as workspace:
        found = _looked(workspace, (), Accepted())
    again = f"import {environment} --file {shlex.quote(str(file))}"
    ids = filled_in(file)
    text, count = template(str(environment), f"{PROGRAM} {again}", found.plans, _form, ids)
    if not count:
        out().say(f"Everything that {environment} asks for is recorded: there is nothing to import.")
        return ExitCode.DONE
    write_over(file, text.encode(), is_template)
    resources = "1 resource" if count == 1 else f"{count} resources"
    kept = f" Ids that were filled in are kept: {len(ids)}." if ids else ""
    out().say(f"{file} lists {resources}.{kept} When the ids are filled in:\n\n  {program()} {again}")
    return ExitCode.DONE


def _looked(workspace: Workspace, wishes: tuple[Import, ...], accepted: Accepted) -> Imports:
    for notice in workspace.notices:
        err().say(f"note: {notice}")
    return look(workspace.engine, workspace.schedule(Mode.UPDATE), wishes, accepted)


def _must_run(workspace: Workspace) -> None:
    """Raises `NoCloudToImportFrom` if that is so."""
    if workspace.is_disposable and workspace.endpoint is None:
        raise NoCloudToImportFrom


def _plans(workspace: Workspace, found: Imports) -> tuple[StackPlan, ...]:
    return tuple(workspace.explained(each.plan) for each in found.plans)


def _show(workspace: Workspace, found: Imports, *, as_json: bool) -> None:
    """What would be recorded. Raises `ImportRefused` with everything that stands in the way."""
    plans = tuple(replace(each, plan=workspace.explained(each.plan)) for each in found.plans)
    if not as_json and (found.count or not found.obstacles):
        out().write(import_text(plans, _to_keep(workspace), out().style))
    if found.obstacles:
        raise ImportRefused(found.obstacles, FORMS, typed_again())


def _to_keep(workspace: Workspace) -> ToKeep:
    matching = Matching(workspace.files) if workspace.files else None

    def to_keep(step: Step) -> Mapping[str, str]:
        matches = of_all(matching, tuple(leaves(step.changes)), step.origin)
        return {
            path: f"{match.setting}: {match.value}  ({match.place or 'a default'})"
            for path, match in matches.items()
        }

    return to_keep

"""`provisioner policy`: rules, what they are for, and what they say."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypedDict, Unpack

import click

from environments.load import Loaded
from policies.model import Resource, Rule, Status, Waivable
from policies.packs import RULES
from provisioner.asked import Asked
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.policy_own import new, test
from provisioner.cli.screen import err, out
from provisioner.engine.amendment_failures import ImportUnreadable
from provisioner.engine.failures import FileNotWritten
from provisioner.judging import Judged, facts, of_cloud, of_deployment, of_plans
from provisioner.plan.model import Mode, Source
from provisioner.policing import judged, rules_of, today
from provisioner.report.findings_forms import FORMS, rules_document
from provisioner.report.findings_rows import findings_document
from provisioner.report.findings_text import findings_text, summary
from provisioner.report.machine import document
from provisioner.wiring import loaded, looking, planning
from provisioner.workflow import preview

_FORMS: Final = ("text", "sarif", *FORMS)
_OUT: Final = click.option(
    "--out", "file", type=click.Path(path_type=Path, dir_okay=False), metavar="F", help="Into a file."
)


class Options(TypedDict):
    """What the command line of `check` says besides the environment."""

    live: bool
    state: Path | None
    form: str
    file: Path | None
    deferred: bool
    strict: bool


@click.group("policy")
def command() -> None:
    """Rules: what they say of an environment, and what they are for."""


command.add_command(new)
command.add_command(test)


@command.command("check", cls=Explaining, short_help="What the rules say of an environment.")
@ENVIRONMENT
@click.option("--live", is_flag=True, help="Of what runs now, as it is in the cloud.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="F",
    help="Of a state in a file, as `state export` writes it.",
)
@click.option("--format", "form", type=click.Choice(_FORMS), default="text", help="Default: text.")
@_OUT
@click.option("--deferred", is_flag=True, help="Also list what cannot be told before an apply.")
@click.option("--strict", is_flag=True, help="What cannot be told before an apply counts as broken.")
def check(environment: Asked, **options: Unpack[Options]) -> ExitCode:
    """What the rules say of ENV as it is planned. Changes nothing, and needs no account.

    The exit code is 3 if a rule that must hold is broken.
    """
    if options["live"] and options["state"]:
        raise click.UsageError("--live and --state are two things to look at.")
    found = _found(environment, options)
    is_refused = options["strict"] and bool(found.report.deferred)
    listed = options["deferred"] or is_refused
    text = _written(str(environment.name), found, options["form"], deferred=listed)
    if (file := options["file"]) is None:
        out().write(text)
    else:
        _write(file, text)
        err().say(summary(findings_document(str(environment.name), found)))
    if is_refused:
        err().say("With --strict, what cannot be told before an apply counts as broken.")
    blocks = found.report.blocking or is_refused
    return ExitCode.REFUSED_BY_POLICY if blocks else ExitCode.DONE


@command.command("list", cls=Explaining, short_help="The rules, by pack.")
@click.argument("environment", required=False, metavar="[ENV]")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_rules(environment: str | None, *, as_json: bool) -> ExitCode:
    """All rules; with ENV those that its packs and files bring with them."""
    rules = _of_environment(environment) if environment else RULES
    if as_json:
        out().write(document(rules_document(rules)))
    else:
        out().write("".join(f"{line}\n" for line in _table(rules)))
    return ExitCode.DONE


@command.command("explain", cls=Explaining, short_help="What a rule is for, and the way out.")
@click.argument("rule")
@click.argument("environment", required=False, metavar="[ENV]")
def explain(rule: str, environment: str | None) -> ExitCode:
    """What RULE is for, what it looks at, and what to change; ENV is needed for a rule of its own."""
    rules = _of_environment(environment) if environment else RULES
    known = {each.id: each for each in rules}
    if (found := known.get(rule.upper())) is None:
        raise click.UsageError(_no_rule(rule, environment, tuple(known)))
    out().write("".join(f"{line}\n" for line in _explained(found)))
    return ExitCode.DONE


@command.command("waive", cls=Explaining, short_help="The text of a waiver for a finding.")
@ENVIRONMENT
@click.argument("rule")
@click.argument("urn")
@click.option("--id", "id", required=True, help="What it is called.")
@click.option("--reason", required=True, help="At least 20 characters.")
@click.option("--ticket", required=True)
@click.option("--owner", required=True, help="Who answers for it.")
@click.option("--requested-by", required=True)
@click.option("--approved-by", required=True, multiple=True, help="Somebody else; for some rules two.")
def waive(environment: Asked, rule: str, urn: str, **said: Any) -> ExitCode:
    """An exception from RULE for one resource, with its value as it is planned now, for a file of waivers.

    It goes under `waivers:` of a file that `governance.waivers` names.
    """
    from policies.waivers import written  # noqa: PLC0415 - few write one

    found = [
        each
        for each in _of_plan(environment).report.findings
        if each.rule.id == rule.upper() and each.resource.urn == urn and each.status is Status.FAIL
    ]
    if not found:
        raise click.UsageError(
            f"{rule} finds nothing at {urn}: `policy check {environment.name}` tells what is found."
        )
    if found[0].rule.entry.waivable is Waivable.NEVER:
        raise click.UsageError(f"Nobody can allow an exception from {rule.upper()}.")
    text = "".join(written(each, said, said["approved_by"], today()) for each in found)
    if wrong := _wrong_with(environment, f"waivers:\n{text}"):
        raise click.UsageError(" ".join(wrong))
    out().write(text)
    return ExitCode.DONE


def _wrong_with(environment: Asked, waivers: str) -> Sequence[str]:
    """Why these waivers would waive nothing, once they are in a file."""
    from policies.waivers import Waivers  # noqa: PLC0415

    files = loaded(environment)
    known = facts(files.environment, today())
    with TemporaryDirectory() as folder:
        file = Path(folder) / "waivers.yaml"
        file.write_text(waivers, encoding="utf-8")
        return tuple(dict.fromkeys(Waivers([file], rules_of(files, known), known).wrong))


@command.command("baseline", cls=Explaining, short_help="Findings that were there before.")
@ENVIRONMENT
@_OUT
def baseline(environment: Asked, *, file: Path | None) -> ExitCode:
    """What fails now and can be waived, for the file that `policies.baseline` names; its entries expire.

    What that file has already keeps its end; `--out` may write over it.
    """
    from policies.baseline import written  # noqa: PLC0415

    _must_not_be_emptied(loaded(environment))
    text = written(_of_plan(environment).report, today())
    if file is None:
        out().write(text)
    else:
        _write(file, text)
    return ExitCode.DONE


@command.command(
    "coverage", cls=Explaining, short_help="Which types rules look at, and which controls they answer."
)
def coverage() -> ExitCode:
    """The rules that look at each type of resource, and those that answer to each control."""
    by_type: dict[str, list[str]] = {}
    by_control: dict[str, list[str]] = {}
    for rule in RULES:
        for token in rule.types:
            by_type.setdefault(token, []).append(rule.id)
        for control in rule.entry.controls:
            by_control.setdefault(control, []).append(rule.id)
    # In one piece: whoever reads it may go.
    out().write("\n".join(chain(_counted("Types", by_type), _counted("Controls", by_control))))
    return ExitCode.DONE


def _counted(title: str, found: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield f"{title} ({len(found)})\n"
    yield from (f"  {name}: {', '.join(found[name])}" for name in sorted(found))
    yield "\n"


def _must_not_be_emptied(files: Loaded) -> None:
    """Raises click's `UsageError` where the ends of what is allowed are gone, and would begin anew."""
    named = files.environment.policies.baseline
    file = files.files[0].parent / named if named else None
    if file and file.exists() and not file.stat().st_size:
        raise click.UsageError(
            f"{file} is empty, so no finding would keep its end. If `>` has emptied it just now, bring it "
            f"back (`git checkout {file}`), or remove it if it was not there, and write with `--out {file}`."
        )


def _no_rule(said: str, environment: str | None, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(said.upper(), known, n=3, cutoff=0.8)
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    ours = "" if environment else f" A rule of your own takes the environment: `policy explain {said} ENV`."
    listed = f"`policy list {environment}`" if environment else "`policy list`"
    return f"There is no rule {said}.{meant}{ours} {listed} tells all of them."


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as refused:
        raise FileNotWritten(file, refused.strerror or str(refused)) from refused


def _of_environment(name: str) -> tuple[Rule, ...]:
    files = loaded(Asked(name))
    return rules_of(files, facts(files.environment, today()))


def _found(environment: Asked, options: Options) -> Judged:
    if options["state"] is not None:
        return _of_file(environment, options["state"])
    return _of_cloud(environment) if options["live"] else _of_plan(environment)


def _of_plan(environment: Asked) -> Judged:
    with planning(environment) as workspace:
        assert workspace.files is not None, "an environment comes from files"
        plans = preview(workspace.engine, workspace.schedule(Mode.UPDATE), Source.STATE)
        explained = tuple(map(workspace.explained, plans))
        return judged(workspace.files, of_plans(explained))


def _of_cloud(environment: Asked) -> Judged:
    workspace = looking(environment)
    assert workspace.files is not None, "an environment comes from files"
    plans = preview(workspace.engine, workspace.schedule(Mode.UPDATE), Source.CLOUD)
    return _judged_as_recorded(workspace.files, of_cloud(plans))


def _of_file(environment: Asked, file: Path) -> Judged:
    from provisioner.cli.state_import import documents  # noqa: PLC0415 - few look at a file

    those = documents(file)
    if not all({"deployment", "checkpoint"} & set(each.raw) for each in those):
        raise ImportUnreadable(str(file), "it holds no deployment")
    found = tuple(chain.from_iterable(of_deployment(each.raw) for each in those))
    return _judged_as_recorded(loaded(environment), found)


def _judged_as_recorded(files: Loaded, found: tuple[Resource, ...]) -> Judged:
    """What the rules say of what is there; that nothing is there is told, for it passes every rule."""
    if all(each.type.startswith("pulumi:") for each in found):  # references are there before anything is
        err().say("note: nothing is recorded there, so nothing was judged but the environment itself.")
    return judged(files, found)


def _written(environment: str, found: Judged, form: str, *, deferred: bool) -> str:
    if form == "text":
        told = findings_document(environment, found)
        return findings_text(told, out().style, deferred=deferred) or f"{summary(told)}\n"
    if form == "sarif":
        from provisioner.report.findings_sarif import as_sarif  # noqa: PLC0415

        return as_sarif(environment, found)
    return FORMS[form](environment, found)


def _table(rules: tuple[Rule, ...]) -> Iterator[str]:
    pack = ""
    for rule in rules:
        if rule.entry.pack != pack:
            if pack:
                yield ""
            pack = rule.entry.pack
            yield f"{pack}"
        yield f"  {rule.id:11} {rule.entry.severity.value:8} {rule.entry.enforcement.value:9} {rule.title}"


def _explained(rule: Rule) -> Iterator[str]:
    entry = rule.entry
    yield f"{entry.id} {entry.name}: {rule.title}"
    yield ""
    yield f"severity     {entry.severity.value}, {entry.enforcement.value}"
    yield f"pack         {entry.pack}"
    yield f"looks at     {', '.join(rule.types)}"
    if rule.reads:
        yield f"decided by   {', '.join(rule.reads)}"
    if rule.needs:
        yield f"needs        {', '.join(rule.needs)}"
    yield f"if unknown   {entry.unknown.value}"
    yield f"waiver       {entry.waivable.value}"
    if entry.controls:
        yield f"answers to   {'; '.join(entry.controls)}"
    yield ""
    yield f"fix: {rule.fix}"

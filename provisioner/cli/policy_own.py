"""`provisioner policy new` and `policy test`: rules of one's own, and their cases."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from policies.catalogue import BY_ID
from policies.own import RulesNotLoaded
from provisioner.cli.called import program
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import Explaining
from provisioner.cli.screen import err, out
from provisioner.policing import own_rules
from provisioner.report.naming import counted

_RULE: Final = '''\
"""A rule of ours."""

from policies.model import Finding, rule
from policies.own import own


@rule(
    own("{id}", severity="high"),
    "{type}",
    fix="Say which setting of the environment file has to be changed.",
    reads=("tags.team",),
)
def {name}(resource, scene):
    """Everything of this kind belongs to a team."""
    if not resource.get("tags.team"):
        yield Finding(resource, "tags.team", "It belongs to no team.")
'''
_CASES: Final = """\
good:
  - {type}: {{tags: {{team: search}}}}
bad:
  - {type}: {{}}
    findings: [tags.team]
  - {type}: {{tags: {{team: ""}}}}
    findings: [tags.team]
unknown:
  - {type}: {{tags: {{team: !unknown }}}}
not_applicable:
  - aws:ec2/vpc:Vpc: {{}}
"""


@click.command("new", cls=Explaining, short_help="A first rule of your own, with its cases.")
@click.argument("rule", metavar="ID")
@click.option("--type", "token", default="aws:s3/bucket:Bucket", show_default=True, help="What it judges.")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("rules"), help="Where."
)
def new(rule: str, token: str, folder: Path) -> ExitCode:
    """Write a rule called ID that demands one property, and cases that show it; both are yours to change."""
    name = rule.lower().replace("-", "_")
    if not name.isidentifier():
        raise click.UsageError(f"{rule} is no id: letters, digits and `-`, such as ACME-001.")
    if rule.upper() in BY_ID:
        raise click.UsageError(f"{rule.upper()} is a rule that there is; give yours an id of its own.")
    files = {
        folder / f"{name}.py": _RULE.format(id=rule.upper(), type=token, name=f"rule_{name}"),
        folder / "cases" / f"{rule.upper()}.yaml": _CASES.format(type=token),
    }
    if there := [str(file) for file in files if file.exists()]:
        raise click.UsageError(f"{' and '.join(there)}: there already, and nothing is written over.")
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        out().say(f"wrote {file}")
    out().say(f"\nTry it:   {program()} policy test {folder}\nUse it:   policies: {{rules: [../{folder}]}}")
    return ExitCode.DONE


@click.command("test", cls=Explaining, short_help="Whether rules say of their cases what they have to.")
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
def test(folder: Path) -> ExitCode:
    """Judge the cases of the rules in FOLDER, which are in its folder `cases`, one file for each rule."""
    from policies.cases import read, wrong_with  # noqa: PLC0415 - nobody else reads cases

    rules = own_rules((folder,))
    wrong: list[str] = []
    for rule in rules:
        file = folder / "cases" / f"{rule.id}.yaml"
        try:
            wrong += (
                wrong_with(rule, read(file))
                if file.exists()
                else [f"{rule.id} has no cases: {file} is missing."]
            )
        except RulesNotLoaded as unreadable:
            wrong.append(f"{rule.id}, {unreadable}.")
    for each in wrong:
        err().say(each)
    out().say(f"{counted(len(rules), 'rule')}, {len(wrong)} wrong.")
    return ExitCode.FAILED if wrong or not rules else ExitCode.DONE

"""Every sentence about what can go wrong."""

from __future__ import annotations

from collections.abc import Iterable

from provisioner.engine import failures as f
from provisioner.providers.interface import Refused
from provisioner.report.explain_definitions import OfDefinitions, explain_definitions
from provisioner.report.explain_desk import OnDesk, explain_desk
from provisioner.report.explain_engines import OfEngines, explain_engine
from provisioner.report.explain_images import OfImages, explain_images
from provisioner.report.explain_imports import Importing, explain_import
from provisioner.report.explain_keys import OfKeys, explain_key
from provisioner.report.explain_models import OfModels, explain_model
from provisioner.report.explain_plans import Planned, explain_plan
from provisioner.report.explain_plugins import Plugged, explain_plugin
from provisioner.report.explain_policies import OfPolicies, explain_policy
from provisioner.report.explain_projects import OfProjects, explain_project
from provisioner.report.explain_state import Elsewhere, explain_elsewhere
from provisioner.report.message import Message, Trouble, indented
from provisioner.report.naming import labelled


def explain(  # noqa: C901, PLR0911, PLR0912, PLR0915
    failure: f.Failure | Refused, environment: str, again: str = ""
) -> Message:
    """The message for a failure; `environment` is what the person calls it on the command line.

    `again` is that command line; empty where it is not known.
    """
    match failure:
        case _ if isinstance(failure, Planned):
            return explain_plan(failure, environment, again)
        case f.RecordsNotChanged():
            from provisioner.report.explain_amendments import explain_amendment  # noqa: PLC0415 - it is rare

            return explain_amendment(failure, environment, again)
        case _ if isinstance(failure, Elsewhere):
            return explain_elsewhere(failure, environment, again)
        case _ if isinstance(failure, Importing):
            return explain_import(failure, environment)
        case _ if isinstance(failure, OfDefinitions):
            return explain_definitions(failure, environment, again)
        case _ if isinstance(failure, OfImages):
            return explain_images(failure, environment, again)
        case _ if isinstance(failure, OfEngines):
            return explain_engine(failure, environment, again)
        case _ if isinstance(failure, OfPolicies):
            return explain_policy(failure, environment)
        case _ if isinstance(failure, OfKeys):
            return explain_key(failure, environment)
        case _ if isinstance(failure, OfModels):
            return explain_model(failure, environment, again)
        case _ if isinstance(failure, OfProjects):
            return explain_project(failure)
        case _ if isinstance(failure, Plugged):
            return explain_plugin(failure, environment)
        case f.ProtectedResources(urns):
            return Message(
                Trouble.PROTECTED,
                f"The plan deletes or replaces what is protected:\n{_rows(map(labelled, urns))}",
                "take `protect` off in the program if they may go, and apply that first.",
            )
        case f.ProgramFailed(stack, error, traceback):
            return Message(
                Trouble.PROGRAM,
                f"The program of stack {stack} raised: {error}\nNothing was deleted because of it."
                f"\n\n{indented(traceback)}",
                "correct the program at the last line of the traceback that is yours.",
            )
        case f.HookFailed(urn, error):
            return Message(
                Trouble.HOOK,
                f"Nothing was changed. Of {labelled(urn)}, {error}.",
                "correct the function. The hooks of a deletion have to be registered by the program, though"
                " the resource is not in it any more; or apply once with the resource and without the hook.",
            )
        case f.InvalidInputs(problems, settings):
            found = (
                f"{labelled(urn)}, `{name}`: {reason}"
                + (f" (from {settings[urn]})" if urn in settings else "")
                for urn, name, reason in problems
            )
            return Message(
                Trouble.INPUTS,
                f"Nothing was changed. The provider will not take:\n{_rows(found)}",
                "change the setting that these properties come from.",
                (f"provisioner show {environment} --origin",),
            )
        case f.UnknownType(type, nearest):
            near = f" The nearest are {', '.join(nearest)}." if nearest else ""
            return Message(
                Trouble.TYPE,
                f"No driver of the embedded engine acts on `{type}`.{near}",
                "use a type that has a driver.",
            )
        case f.NoProvider(urn, package):
            return Message(
                Trouble.PROVIDER,
                f"{labelled(urn)} names no provider for `{package}`, and a default one could act on a wrong"
                " region or account, so there is none.",
                "pass a provider in the resource's options, or in those of its parent.",
            )
        case f.DuplicateUrn(urn):
            return Message(
                Trouble.URN_TWICE,
                f"The program registers {labelled(urn)} twice; only one of them could be recorded.",
                "give one of them another name.",
            )
        case f.AliasTaken(urn, claimed):
            return Message(
                Trouble.ALIAS,
                f"{labelled(urn)} has an alias for {labelled(claimed)}, which another resource claims too.",
                "remove one of the two aliases.",
            )
        case f.UnknownParent(urn, parent):
            return Message(
                Trouble.PARENT,
                f"{labelled(urn)} names {labelled(parent)} as its parent, which is not registered before it.",
                "create the parent first, in the same stack.",
            )
        case f.StateIsLocked(stack, holder):
            return Message(
                Trouble.LOCKED,
                f"Stack {stack} is being changed by {holder}.\n"
                "Two runs at once would not know of each other's objects.",
                "wait until it is done. The lock of a process that has died frees itself; where the state is"
                " in a bucket, after a minute.",
            )
        case f.RecordedTwice(file, reason):
            return Message(
                Trouble.TWICE,
                f"`{file}` says two things of one resource: {reason}. It was left as it is.",
                "let it be repaired: the record that was changed last is kept.",
                (f"provisioner state repair {environment} --dry-run",),
            )
        case f.StateIsDamaged(file, reason):
            return Message(
                Trouble.DAMAGED,
                f"`{file}` is not what was written: {reason}. It was left as it is.",
                "record again what a version held (`provisioner state history` has them), or what a backup"
                " holds. What is there now is kept as a backup, too.",
                (
                    f"provisioner state rollback {environment} VERSION",
                    f"provisioner state import {environment} --file BACKUP --force",
                ),
            )
        case f.StateBreaksRules(breaches):
            return Message(
                Trouble.ILL_FORMED,
                f"This is a mistake in provisioner. The old state stays, because:\n{_rows(breaches)}",
                "please report it with the plan; what was made is in the journal and is found again by",
                (f"provisioner apply {environment}",),
            )
        case f.StateNotWritten(file, reason, is_journaled):
            kept = "What exists and is not in the state yet is named in the journal." if is_journaled else ""
            return Message(
                Trouble.NOT_WRITTEN,
                f"`{file}`: {reason}.\n{kept}".rstrip(),
                "make room or give write permission, then type the same again.",
                (again,) if again else (),
            )
        case f.NewerState(file, version):
            return Message(
                Trouble.NEWER,
                f"`{file}` has {version}, which this version of provisioner does not know.",
                "use the version that wrote it, or a newer one.",
                ("provisioner --version",),
            )
        case f.PassphraseMissing(stack):
            return Message(
                Trouble.NO_PASSPHRASE,
                f"Stack {stack} has secret values, which are sealed with a passphrase.",
                "set the passphrase, or name a file that holds it:",
                ("export PULUMI_CONFIG_PASSPHRASE_FILE=FILE",),
            )
        case f.PassphraseWrong(stack):
            return Message(
                Trouble.WRONG_PASSPHRASE,
                f"The secrets of stack {stack} were sealed with another passphrase.",
                "set the right one in PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE."
                " If `provisioner secrets rotate` was cut off, type it again first: it goes on.",
            )
        case f.PlanHasChanged(urn, planned, actual):
            return Message(
                Trouble.CHANGED,
                f"{labelled(urn)}: planned was {planned}, and it turned out to be {actual}.\n"
                "That step was not done, and nothing after it.",
                "look at the new plan.",
                (f"provisioner plan {environment}",),
            )
        case f.AmbiguousObject(urn, ids):
            return Message(
                Trouble.AMBIGUOUS,
                f"An earlier run was killed while it made {labelled(urn)}. These objects could be the one:\n"
                f"{_rows(ids)}",
                "delete those that are not in use, then go on.",
                (f"provisioner apply {environment}",),
            )
        case f.CloudNotRead("pulumi:pulumi:StackReference", reason):
            return Message(
                Trouble.NOT_READ,
                f"A stack reference cannot be answered: {reason}.\nNothing was changed.",
                "apply that stack first, or correct its name: `organization/<project>/<stack>`.",
            )
        case f.CloudNotRead(type, reason, code):
            return Message(
                Trouble.NOT_READ,
                f"{type}: {_coded(reason, code)}\nSo nothing can be said about what changed there.",
                "mend the connection or the permission, or plan from the recorded state.",
                (f"provisioner plan {environment}",),
            )
        case _ if isinstance(failure, OnDesk):
            return explain_desk(failure, environment)
        case f.WrongAccount(wanted, actual):
            return Message(
                Trouble.ACCOUNT,
                f"The environment is in account {wanted}, and your credentials belong to {actual}.\n"
                "Nothing was called with them but the question whose they are.",
                "use credentials of the right account, for example a profile.",
                (f"AWS_PROFILE=NAME {again or f'provisioner plan {environment}'}",),
            )
        case f.RegionsMoved(moved):
            lines = [f"{one.region} has {one.has}, and would get {one.gets}." for one in moved]
            blocks = ", ".join(f"{{region: {one.region}, cidr: {one.has}}}" for one in moved)
            return Message(
                Trouble.REGIONS,
                "A region takes its addresses by its place in the file, and with others its whole network is "
                "made anew:\n" + "\n".join(lines),
                "put the regions back in their order and append new ones; or let replicas keep their blocks:",
                (f"replicas: [{blocks}]",),
            )
        case f.NoCredentials(account, reason):
            return Message(
                Trouble.CREDENTIALS,
                f"AWS cannot say who is calling: {reason}\nThe environment is in account {account}, and"
                " nothing is done before that is known to be the caller's.",
                "provide credentials, for example a profile.",
                (f"AWS_PROFILE=NAME {again or f'provisioner plan {environment}'}",),
            )
        case f.NoTerminal(command):
            return Message(
                Trouble.TERMINAL,
                "This command asks before it changes anything, and there is no terminal to ask at."
                " Nothing was read or changed.",
                "agree beforehand.",
                (command,),
            )
        case f.NoSuchResource(wanted, nearest):
            near = f" The nearest are:\n{_rows(nearest)}" if nearest else ""
            return Message(
                Trouble.RESOURCE,
                f"No resource has the URN or the name `{wanted}`.{near}",
                "name one of those that are there.",
                (f"provisioner state list {environment}",),
            )
        case f.NoSuchOutput(wanted, known):
            there = f"There are {', '.join(known)}." if known else "There is none: nothing is applied yet."
            return Message(
                Trouble.OUTPUT,
                f"No stack of the environment has an output `{wanted}`. {there}",
                "name one of those, or apply first.",
                (f"provisioner output {environment}",),
            )
        case f.FileExists(file):
            return Message(
                Trouble.EXISTS,
                f"`{file}` is there already, and nothing of it is overwritten.",
                "name another file, or move this one away.",
            )
        case f.FileNotWritten(file, reason):
            return Message(
                Trouble.FILE,
                f"`{file}`: {reason}.",
                "name a file in a folder that you may write to.",
            )
        case f.AnswersMissing(options, command):
            return Message(
                Trouble.ANSWERS,
                "There is no terminal to ask at, and these have no default. Nothing was written.\n"
                f"{_rows(options)}",
                "answer with options.",
                (command,),
            )
        case f.NoClusterWanted():
            return Message(
                Trouble.NO_CLUSTER,
                "The environment file has no `cluster`, so there is none to reach.",
                "add `cluster: {kind: eks}`, then apply.",
                (f"provisioner apply {environment}",),
            )
        case f.NoClusterYet(region, known):
            where = f" in {region}" if region else ""
            there = f" There is one in {', '.join(known)}." if known else " It is made by an apply."
            return Message(
                Trouble.CLUSTER_LATER,
                f"No cluster{where} is recorded.{there}",
                "name a region that has one, or apply first.",
                (f"provisioner apply {environment}",),
            )
        case f.ForeignCluster(kubeconfig, context):
            name = f" --context {context}" if context else ""
            return Message(
                Trouble.FOREIGN,
                f"The environment runs on an existing cluster. How it is reached is in `{kubeconfig}`.",
                "use that file as it is.",
                (f"kubectl --kubeconfig {kubeconfig}{name} get nodes",),
            )
        case f.NoToken(cluster, reason):
            return Message(
                Trouble.TOKEN,
                f"`{cluster}` knows its users by their AWS credentials: {reason}",
                "provide credentials, for example a profile, in the shell that calls kubectl.",
                ("export AWS_PROFILE=NAME",),
            )
        case Refused():
            return Message(
                Trouble.REFUSED,
                _coded(failure.reason, failure.code),
                "remove the reason, then go on.",
                (again or f"provisioner apply {environment}",),
            )
        case _:
            return Message(
                Trouble.UNEXPLAINED,
                f"{failure.__class__.__name__}: {failure}",
                "look at the plan.",
                (f"provisioner plan {environment}",),
            )


def _rows(rows: Iterable[str]) -> str:
    return "\n".join(f"  - {row}" for row in rows)


def _coded(reason: str, code: str) -> str:
    return f"{reason} ({code})" if code and code not in reason else reason

"""The sentences about the two engines: which one has a stack, and what is wrong with Pulumi's own."""

from __future__ import annotations

from provisioner.engine.engine_failures import (
    ArchiveUnusable,
    EngineFailed,
    EngineNotFetched,
    EngineNotInstalled,
    EngineUnusable,
    HeldByOther,
    NotWithThisEngine,
    UnfinishedThere,
)
from provisioner.report.message import Message, Trouble

OfEngines = (
    ArchiveUnusable
    | EngineFailed
    | EngineNotFetched
    | EngineNotInstalled
    | EngineUnusable
    | HeldByOther
    | NotWithThisEngine
    | UnfinishedThere
)

_INSTALL = "provisioner engine install"
_OFFLINE = "provisioner engine install --archive FILE"


def explain_engine(failure: OfEngines, environment: str, again: str = "") -> Message:
    """The message for a failure; `environment` and `again` as in `explain`."""
    match failure:
        case HeldByOther():
            return _held(failure, environment)
        case UnfinishedThere(stack, holder, operations):
            rows = "".join(f"\n  - {each}" for each in operations)
            return Message(
                Trouble.UNFINISHED_THERE,
                f"The engine `{holder}` has begun what is not recorded as ended, on stack {stack}:{rows}\n"
                "The other one would forget it, and with it what may have been made. Nothing was changed.",
                "let the engine that began them find out what became of them.",
                (_settling(holder, environment),),
            )
        case NotWithThisEngine(what, engine, command):
            return Message(
                Trouble.NOT_WITH_ENGINE,
                f"The engine `{engine}` does not do this here: {what}. Nothing was changed.",
                "use the command of the engine itself, in the stack's folder."
                if command
                else "move the stack to the other engine first (`provisioner state export` and `import`).",
                (command,) if command else (),
            )
        case EngineFailed(stack, reason):
            return Message(
                Trouble.ENGINE_FAILED,
                f"Pulumi's engine could not go on with stack {stack}. It says:\n\n{_indented(reason)}",
                "correct what it names, and do it again.",
                (again,) if again else (),
            )
        case _:
            return _about_installation(failure)


def _about_installation(
    failure: ArchiveUnusable | EngineNotFetched | EngineNotInstalled | EngineUnusable,
) -> Message:
    match failure:
        case EngineNotInstalled(version):
            return Message(
                Trouble.NO_ENGINE,
                "What was asked for takes Pulumi's engine, and there is no `pulumi` on the PATH.",
                f"install it. Version {version} goes with the SDK that is installed here.",
                (_INSTALL,),
            )
        case EngineUnusable(file, reason):
            return Message(
                Trouble.ENGINE_UNUSABLE,
                f"The SDK does not work with `{file}`: {reason}",
                "put another one on the PATH, or have the one installed that goes with the SDK.",
                (_INSTALL,),
            )
        case EngineNotFetched(version, reason):
            return Message(
                Trouble.ENGINE_NOT_FETCHED,
                f"Pulumi's installer could not fetch version {version}. It says:\n\n{_indented(reason)}",
                f"where the network forbids it, bring `pulumi-v{version}-…tar.gz` here and install that.",
                (_OFFLINE,),
            )
        case ArchiveUnusable(file, reason):
            return Message(
                Trouble.ARCHIVE,
                f"`{file}` cannot be installed: {reason}. Nothing was changed.",
                "take the archive of the publisher for this machine, `pulumi-v….tar.gz`.",
                (_OFFLINE,),
            )


def _held(failure: HeldByOther, environment: str) -> Message:
    stack, holder, asked = failure.stack, failure.holder, failure.asked
    name = environment.split(maxsplit=1)[0]
    return Message(
        Trouble.HELD,
        f"Stack {stack} belongs to the engine `{holder}`, and `{asked}` was to act on it. Two engines would"
        " each believe what the other has changed since. Nothing was changed.",
        f"go on with `--engine {holder}` (or `engine: {holder}` in the file), or move the stacks.",
        (
            f"provisioner state export {name} > stacks.json",
            f"provisioner state import {name} --file stacks.json --engine {asked}",
        ),
    )


def _settling(holder: str, environment: str) -> str:
    name = environment.split(maxsplit=1)[0]
    return "pulumi refresh" if holder == "pulumi" else f"provisioner apply {name} --engine embedded"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.strip().splitlines())

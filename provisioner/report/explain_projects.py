"""The sentences about Pulumi projects that are run as they are."""

from __future__ import annotations

from provisioner.engine.project_failures import BadConfiguration, MissingConfiguration, NotAProject
from provisioner.report.message import Message, Trouble

OfProjects = NotAProject | BadConfiguration | MissingConfiguration


def explain_project(failure: OfProjects) -> Message:
    """The message for a failure."""
    match failure:
        case NotAProject(file, reason, fix):
            return Message(
                Trouble.NOT_A_PROJECT, f"This cannot be run: {reason}.\n  {file}\nNothing was done.", fix
            )
        case BadConfiguration(key, reason):
            return Message(
                Trouble.CONFIGURATION,
                f"`{key}`: {reason}. Nothing was done.",
                "correct it in `Pulumi.<stack>.yaml`, or in `Pulumi.yaml` if it is said there.",
            )
        case MissingConfiguration(stack, file, keys):
            rows = "".join(f"\n  {key}" for key in keys)
            return Message(
                Trouble.CONFIGURATION_MISSING,
                f"Stack {stack} has no value for what the project demands:{rows}\n\n"
                f"They belong below `config:` in\n  {file}\nNothing was done.",
                "write the values there; `pulumi config set` does it, too.",
            )

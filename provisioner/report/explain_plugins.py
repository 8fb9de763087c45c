"""The sentences about plugins, and other programs that act on resources."""

from __future__ import annotations

from provisioner.engine.plugin_failures import FateUnknown, NoHelm, NoPlugin
from provisioner.report.message import Message, Trouble
from provisioner.report.naming import labelled

Plugged = NoPlugin | NoHelm | FateUnknown


def explain_plugin(failure: Plugged, environment: str) -> Message:
    """The message for a failure; `environment` is what the person calls it on the command line."""
    match failure:
        case NoPlugin(urn, package, version, looked):
            wanted = f"`{package}` {version}".rstrip()
            places = f" Looked at:\n{_rows(looked)}" if looked else ""
            return Message(
                Trouble.NO_PLUGIN,
                f"{labelled(urn)} is of package {wanted}, which has neither driver nor plugin here.{places}",
                f"install the plugin, or put `pulumi-resource-{package}` on the PATH.",
                (f"pulumi plugin install resource {package} {version or 'VERSION'}",),
            )
        case NoHelm(charts):
            return Message(
                Trouble.NO_HELM,
                "Nothing was changed. Charts are installed, changed and removed by the `helm` program, and"
                f" there is none on the PATH. These would be:\n{_rows(tuple(map(labelled, charts)))}",
                "install Helm (3.13 or later) on this machine, then type the same again. An environment with"
                " `delivery: gitops` needs none: there the cluster's own controller installs charts.",
            )
        case FateUnknown(urn, type):
            return Message(
                Trouble.FATE_UNKNOWN,
                f"An earlier run was cut off while a plugin made {labelled(urn)}. Whether there is an object"
                f" is not known: a plugin cannot look for {type} without its id. Nothing was changed.",
                "look in the cloud, and delete the object if there is one. Then let the operation be"
                " forgotten and go on. (To keep the object, forget the operation, and import it.)",
                (
                    f"provisioner state repair {environment} --forget-pending",
                    f"provisioner apply {environment}",
                ),
            )


def _rows(lines: tuple[str, ...]) -> str:
    return "\n".join(f"  {line}" for line in lines)

"""Which engine there is and which stacks it has, for people and for programs."""

from __future__ import annotations

from typing import Any, Final

from provisioner.engine.engines import Engines, Installed

ENGINE_SCHEMA: Final = "provisioner/engine/1"


def engine_document(engines: Engines) -> dict[str, Any]:
    """For programs."""
    pulumi = engines.pulumi
    return {
        "schema": ENGINE_SCHEMA,
        "environment": engines.environment,
        "engine": engines.asked,
        "sdk": engines.sdk,
        "pulumi": pulumi
        and {
            "file": pulumi.file,
            "version": pulumi.version,
            "usable": not pulumi.objection,
            "objection": pulumi.objection,
        },
        "plugins": [{"package": package, "plugin": place or None} for package, place in engines.plugins],
        "stacks": [
            {"layer": held.project, "stack": held.stack, "engine": held.holder} for held in engines.stacks
        ],
    }


def engine_text(engines: Engines) -> str:
    """For people."""
    width = max((len(f"{held.project} {held.stack}") for held in engines.stacks), default=0)
    rows = (
        f"  {f'{held.project} {held.stack}':<{width}}  {held.holder or 'nothing is recorded'}"
        for held in engines.stacks
    )
    plugins = (
        f"  {package}  {place or 'no plugin: the drivers of this tool are attached in its place'}"
        for package, place in engines.plugins
    )
    return "\n".join(
        (
            f"{engines.environment} says engine: {engines.asked}",
            "",
            *rows,
            "",
            _pulumi_line(engines.pulumi),
            f"The programs run with version {engines.sdk} of Pulumi's SDK.",
            *plugins,
            "",
        )
    )


def installed_text(installed: Installed) -> str:
    """What was installed, and where."""
    return f"pulumi {installed.version} is installed: {installed.file}\n"


def _pulumi_line(pulumi: Installed | None) -> str:
    if pulumi is None:
        return "There is no `pulumi` here. `provisioner engine install` installs it."
    version = pulumi.version or "of an unknown version"
    if pulumi.objection:
        return f"pulumi {version}, {pulumi.file}: the SDK does not work with it. {pulumi.objection}"
    return f"pulumi {version}, {pulumi.file}"

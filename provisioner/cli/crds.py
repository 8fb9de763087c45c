"""`provisioner crds`: the definitions of custom kinds that this machine knows."""

from __future__ import annotations

from pathlib import Path

import click

from provisioner.asked import Asked
from provisioner.cli.called import as_typed
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.screen import out
from provisioner.definition_wiring import DefinitionDesk, Fetched
from provisioner.engine.definition_failures import DefinitionsNotFetched
from provisioner.report.definitions_text import definitions_document, definitions_text, fetched_line
from provisioner.report.machine import document

_NONE_NEEDED = "The environment delivers nothing of a custom kind into clusters."


@click.group("crds")
def command() -> None:
    """CustomResourceDefinitions on this machine: by them a plan checks objects where no cluster is asked.

    Without them, of objects of custom kinds only the metadata are checked.
    """


@command.command("fetch", cls=Explaining, short_help="Bring them here, out of charts or of a file.")
@ENVIRONMENT
@click.option(
    "--from",
    "path",
    type=click.Path(path_type=Path, exists=True),
    help="Not from the network: a folder, an archive or a file with CRDs as manifests.",
)
def fetch(environment: Asked, path: Path | None) -> ExitCode:
    """Fetch the definitions of all custom kinds that ENV needs, and keep them in the user's cache.

    They come out of the charts of the software book at its versions (from the mirror in an air gap), which
    the `helm` program renders, and from the releases of Flux or Argo CD. No cluster is asked.
    """
    desk = DefinitionDesk(environment)
    if path:
        for one in desk.take(path):
            out().say(_line(one))
        return ExitCode.DONE
    if not desk.is_needed:
        out().say(_NONE_NEEDED)
        return ExitCode.DONE
    missing: list[tuple[str, str]] = []
    for one in desk.fetch():
        out().say(_line(one))
        if one.refused:
            missing.append((str(one.origin), one.refused))
    if missing:
        raise DefinitionsNotFetched(tuple(missing))
    return ExitCode.DONE


@command.command("list", cls=Explaining, short_help="Which kinds this machine knows, and by what.")
@ENVIRONMENT
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(environment: Asked, *, as_json: bool) -> ExitCode:
    """Which custom kinds that ENV needs are known here, by which chart and version, and which are not."""
    desk = DefinitionDesk(environment)
    rows, folder = desk.coverage(), str(desk.store.folder)
    if as_json:
        out().write(document(definitions_document(str(environment), folder, rows)))
    elif rows:
        out().write(as_typed(definitions_text(str(environment), folder, rows)))
    else:
        out().say(_NONE_NEEDED)
    return ExitCode.DONE


def _line(one: Fetched) -> str:
    return fetched_line(str(one.origin), one.kinds, one.place)

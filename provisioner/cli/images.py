"""`provisioner images`: what an environment runs, and the lock of an air gap's images."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from environments.connectivity import AirGap
from environments.load import Loaded, find, load
from environments.mirror import Mirror
from environments.needed_images import NeededImage, is_without_a_digest, needed_images
from environments.node_software import DRIVER
from environments.source import shown
from provisioner.asked import Asked
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.screen import err, out
from provisioner.cli.writing import write_over
from provisioner.engine.image_failures import ImagesNotLocked, NoMirror
from provisioner.report.image_lines import IMAGES_SCHEMA, changes, lock_text
from provisioner.report.machine import document

_DRIVER = (
    f"The driver of the nodes' GPUs comes as `{DRIVER}-<system>`, one for each system that nodes have: the"
    " mirror needs it, and no one digest can be said."
)


@click.group("images")
def command() -> None:
    """Images and charts that an environment runs, and their digests in an air gap's mirror."""


@command.command("list", cls=Explaining, short_help="What the environment runs: one image or chart a line.")
@ENVIRONMENT
@click.option("--json", "as_json", is_flag=True, help="For programs; with what needs it.")
def listed(environment: Asked, *, as_json: bool) -> ExitCode:
    """Every image and chart that ENV runs in its clusters, as they are published. Nothing is asked.

    In an air gap the mirror holds each below its registry's name: `--json` says where (`in_mirror`).
    """
    found = _without_lock(environment)
    env = found.environment
    needed = needed_images(env)
    if as_json:
        mirror = _mirror(found)
        out().write(document({"schema": IMAGES_SCHEMA, "images": [_row(each, mirror) for each in needed]}))
        return ExitCode.DONE
    out().write("".join(f"{each.name}\n" for each in needed))
    if is_without_a_digest(env):
        err().say(f"note: {_DRIVER}")
    return ExitCode.DONE


@command.command("lock", cls=Explaining, short_help="Ask the mirror for all digests, and write them down.")
@ENVIRONMENT
@click.option("--out", "file", type=click.Path(path_type=Path), help="Another file than ENV names.")
def lock(environment: Asked, file: Path | None) -> ExitCode:
    """Ask the air gap's mirror for the digest of everything that ENV runs, and write the lock of its images.

    The file is that of `connectivity.images`; commit it. What is in it for other environments stays. If the
    mirror does not have all of it, nothing is written.
    """
    found = _without_lock(environment)
    env = found.environment
    mirror = _mirror(found)
    if mirror is None:
        raise NoMirror
    named = _named(found)
    target = file or named or found.files[0].parent / f"{env.name}.lock"
    known = _known(target, mirror)
    digests = {**known, **_asked(mirror, needed_images(env))}
    write_over(target, lock_text(mirror.host, digests).encode(), _is_lock)
    out().write(changes(shown(target), known, digests))
    if named is None:
        err().say(f"note: name it in the environment: `connectivity: {{…, images: {target.name}}}`")
    return ExitCode.DONE


def _without_lock(environment: Asked) -> Loaded:
    return load(find(environment.name), cloud=environment.cloud, images="any")


def _mirror(found: Loaded) -> Mirror | None:
    gap = found.environment.connectivity
    return Mirror(host=gap.mirror) if isinstance(gap, AirGap) else None


def _named(found: Loaded) -> Path | None:
    from environments.image_lock import file_of  # noqa: PLC0415 - a list needs none

    return file_of(found.environment, found.source)


def _known(file: Path, mirror: Mirror) -> Mapping[str, str]:
    """What the lock says so far; what is wrong in it is left out."""
    from environments.image_lock import in_lines  # noqa: PLC0415

    try:
        return in_lines(file.read_text(encoding="utf-8"), file, mirror.host)[0]
    except (OSError, UnicodeDecodeError):
        return {}


def _is_lock(data: bytes) -> bool:
    from environments.image_lock import is_lock  # noqa: PLC0415

    return is_lock(data)


def _asked(mirror: Mirror, needed: Sequence[NeededImage]) -> dict[str, str]:
    """The digests; those that the environment says itself only have to be there. Raises `ImagesNotLocked`."""
    from provisioner.image_registry import ImageRegistry  # noqa: PLC0415 - brings urllib3
    from provisioner.registry_login import logins  # noqa: PLC0415

    names = [mirror.called(each.name) for each in needed]
    said = list(ImageRegistry(mirror.host, logins(os.environ)).digests(names))
    if missing := tuple((each.image, each.refused) for each in said if each.digest is None):
        raise ImagesNotLocked(mirror.host, missing, len(said))
    return {each.image: each.digest for each in said if each.digest and "@" not in each.image}


def _row(each: NeededImage, mirror: Mirror | None) -> Mapping[str, str]:
    row = {"name": each.name, "kind": each.kind, "needed_by": each.needed_by}
    return {**row, "in_mirror": mirror.called(each.name)} if mirror else row

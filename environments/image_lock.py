"""The lock of an air gap's images: a file with a line for each image of the mirror, `image:tag@sha256:…`.

It is what `provisioner images lock` writes, and what `skopeo inspect` and `crane digest` say. A mirror holds
more than one environment takes out of it, and so may its lock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from environments.connectivity import AirGap
from environments.diagnostics import Diagnostic, Place, Problem
from environments.mirror import Mirror
from environments.model import Environment
from environments.needed_images import needed_images
from environments.source import Scalar, SourceMap, shown

_SETTING: Final = ("connectivity", "images")
LARGEST: Final = 1024 * 1024
"""Bytes; a line has some 150."""

_LINE: Final = re.compile(
    r"(?P<name>[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+)(:(?P<tag>\w[\w.-]{0,127}))?@(?P<digest>\S+)"
)
"""As the OCI distribution specification has references."""

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_SHOWN: Final = 5
"""Images that a message lists; `provisioner images list` has all."""

NO_DIGESTS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ImageLock:
    """What a lock says, and what is wrong with it."""

    file: Path
    digests: Mapping[str, str]
    """Image as the mirror calls it, with its tag -> its digest."""
    diagnostics: Sequence[Diagnostic]


def file_of(env: Environment, source: SourceMap) -> Path | None:
    """The lock that an environment names, as seen from the file that names it; None: it names none."""
    if not isinstance(env.connectivity, AirGap) or env.connectivity.images is None:
        return None
    written = source.node(_SETTING)
    assert isinstance(written, Scalar), "a path is one value"
    return written.span.file.path.parent / env.connectivity.images


def images_locked(env: Environment, source: SourceMap) -> ImageLock | None:
    """The lock that the environment names, with every problem of it by line; None: it names none.

    That an image which the environment takes out of the mirror is missing in it is told where it is named.
    """
    file = file_of(env, source)
    if file is None or not isinstance(env.connectivity, AirGap):
        return None
    text = _read(file)
    if text is None:
        detail = f"`{shown(file)}`, the lock of the mirror's images, cannot be read."
        return ImageLock(file, NO_DIGESTS, [_at_setting(Problem.UNREADABLE, detail, _write_it(env), source)])
    host = env.connectivity.mirror
    digests, diagnostics = in_lines(text, file, host)
    if not diagnostics and (missing := _missing(env, Mirror(host=host, digests=digests))):
        detail = _list_of(missing, digests, shown(file))
        fix = f"{_write_it(env)} All of them are listed by `provisioner images list {env.name}`."
        diagnostics = [_at_setting(Problem.NO_DIGEST, detail, fix, source)]
    return ImageLock(file, digests, diagnostics)


def in_lines(text: str, file: Path, host: str) -> tuple[Mapping[str, str], list[Diagnostic]]:
    """The digests that a lock's text says, and what is wrong with its lines; lines with `#` say nothing."""
    digests: dict[str, str] = {}
    lines: dict[str, int] = {}
    elsewhere: list[Place] = []
    diagnostics: list[Diagnostic] = []
    for number, line in enumerate(text.splitlines(), 1):
        written = line.strip()
        if not written or written.startswith("#"):
            continue
        place = Place(shown(file), number, line.index(written) + 1, len(written), line)
        image, _, digest = written.partition("@")
        if wrong := _wrong_with(written, host, lines):
            diagnostics.append(Diagnostic(*wrong, place))
        elif not written.startswith(f"{host}/"):
            elsewhere.append(place)
        else:
            digests[image], lines[image] = digest, number
    return digests, [*diagnostics, *_of_another(elsewhere, host)]


def is_lock(data: bytes) -> bool:
    """Whether a file is one, so that another may take its place."""
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return False
    written = (line.strip() for line in lines if not line.strip().startswith("#"))
    return all(_LINE.fullmatch(line) for line in written if line)


def _wrong_with(written: str, host: str, lines: Mapping[str, int]) -> tuple[Problem, str, str] | None:
    found, form = (
        _LINE.fullmatch(written),
        f"write `{host}/<repository>:<tag>@sha256:<64 hexadecimal digits>`.",
    )
    if found is None:
        return Problem.LOCK, "This is no image with its digest.", form
    if not _DIGEST.fullmatch(found["digest"]):
        return Problem.LOCK, f"`{found['digest']}` is no digest of SHA-256.", form
    if not found["tag"]:
        detail = "The image has no tag, so nobody would see that another version is wanted."
        return Problem.LOCK, detail, f"write its tag, `{found['name']}:<tag>@…`."
    image = written.partition("@")[0]
    if image in lines:
        detail = f"`{image}` is on line {lines[image]} already, and has one digest."
        return Problem.LISTED_TWICE, detail, "remove one of them."
    return None


def _of_another(places: Sequence[Place], host: str) -> Iterator[Diagnostic]:
    """One message, however many lines there are: a mirror that has moved is in all of them."""
    if places:
        more = f" (one of {len(places)} such lines)" if len(places) > 1 else ""
        detail = f"The image is in another registry than `{host}`, the mirror of the environment{more}."
        fix = f"name what is in `{host}`, as `provisioner images lock` does, or remove the line."
        yield Diagnostic(Problem.LOCK, detail, fix, places[0])


def _missing(env: Environment, mirror: Mirror) -> list[str]:
    needed = (each.name for each in needed_images(env) if not each.has_digest)
    return [mirror.called(name) for name in needed if not mirror.digest(name)]


def _list_of(missing: Sequence[str], digests: Mapping[str, str], name: str) -> str:
    many = "one image" if len(missing) == 1 else f"{len(missing)} images"
    told = [f"`{image}`{_instead(image, digests)}" for image in missing]
    # What is there in another version says most.
    said = sorted(told, key=lambda each: each.endswith("`"))[:_SHOWN]
    more = [f"and {len(missing) - _SHOWN} more"] if len(missing) > _SHOWN else []
    listed = ", ".join([*said, *more])
    return f"`{name}` has no digest for {many} that the environment takes out of its mirror: {listed}."


def _instead(image: str, digests: Mapping[str, str]) -> str:
    """Which other versions of the image it has."""
    repository = f"{image.rpartition(':')[0]}:"
    tags = [each.removeprefix(repository) for each in digests if each.startswith(repository)]
    return f" (there is {' and '.join(tags)})" if tags else ""


def _write_it(env: Environment) -> str:
    return f"`provisioner images lock {env.name}` asks the mirror, and writes the file."


def _at_setting(problem: Problem, detail: str, fix: str, source: SourceMap) -> Diagnostic:
    return Diagnostic(problem, detail, fix, source.place(_SETTING))


def _read(file: Path) -> str | None:
    try:
        data = file.read_bytes()
    except OSError:
        return None
    if len(data) > LARGEST:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None

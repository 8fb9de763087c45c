"""Where the state of a project is kept, and what seals its secrets: as Pulumi finds them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote

from environments import key_address
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import BY_PHRASE, Keys
from provisioner.engine.embedded.place import Backend
from provisioner.engine.project_failures import NotAProject
from provisioner.projects.project import Project
from provisioner.projects.stack_config import StackFile
from provisioner.seal_wiring import given_passphrase, keys_by

VARIABLE: Final = "PULUMI_BACKEND_URL"
_FILE: Final = "file://"
_BUCKET: Final = "s3://"
_HABITS: Final = ("awssdk=", "use_path_style=", "s3ForcePathStyle=")
"""Where there is an endpoint the bucket is always in the path here."""

_REGION: Final = "us-east-1"
"""Of a bucket or key whose address names none, where nothing around us does either: AWS's own first one."""


def state_of(project: Project) -> Backend:
    """Where it is: as the variable says, or the project, else beside the project. Raises `NotAProject`."""
    url = os.environ.get(VARIABLE) or project.backend
    if not url:
        return Folder(project.root / ".provisioner" / "state")
    if url.startswith(_FILE):
        return Folder(_folder(project, url))
    if url.startswith(_BUCKET):
        return _bucket(project, url)
    fix = f"set {VARIABLE} to `file://FOLDER` or `s3://BUCKET/PREFIX`; the project's own is in `backend.url`."
    raise NotAProject(project.file, f"the embedded engine keeps no state in `{url}`", fix)


def _bucket(project: Project, url: str) -> Backend:
    from environments import bucket_address  # noqa: PLC0415 - most projects keep their state in a folder
    from environments.account import State  # noqa: PLC0415
    from provisioner.state_wiring import backend_of  # noqa: PLC0415

    try:
        address = bucket_address.parsed(_without_habits(url))
    except bucket_address.NoAddress as wrong:
        raise NotAProject(project.file, f"`{url}`: {wrong.detail}", wrong.fix) from wrong
    return backend_of(State(backend=address), region(), project.root)


def keys_for(project: Project, stack: str, file: StackFile) -> Keys:
    """What opens the stack's secrets; its own file says what seals the first one. Raises `NotAProject`."""
    url = file.provider
    if url and not key_address.is_key(url):
        known = " or ".join(f"`{scheme}…`" for scheme in key_address.SCHEMES)
        fix = f"use a passphrase, {known} (`pulumi stack change-secrets-provider`)."
        raise NotAProject(project.stack_file(stack), f"nothing here opens what `{url}` has sealed", fix)
    return replace(keys_by(url or BY_PHRASE, region(), given_passphrase), founded=file.secrets)


def region() -> str:
    """Of AWS, as its own tools find it."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or _REGION


def _folder(project: Project, url: str) -> Path:
    """`file://~` is the home directory; a path that is not absolute is the project's, as with Pulumi."""
    path = PurePosixPath(unquote(url.removeprefix(_FILE).partition("?")[0]))
    return project.root / Path(path).expanduser()


def _without_habits(url: str) -> str:
    """Without what only tells Pulumi which client to use."""
    head, _, query = url.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith(_HABITS))
    return f"{head}?{kept}" if kept else head

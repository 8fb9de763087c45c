"""Who we are at a chart's repository, said to the `helm` program in files: a command line is for all to read.

Source: Helm 3 documentation, `helm repo`, `helm registry login`, which write files such as these.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from provisioner.plan.values import Properties

_NAME: Final = "here"
"""What the repository is called in our own file."""

_OCI: Final = "oci://"


@contextmanager
def without_password(
    inputs: Properties, call: Callable[[Sequence[str]], object]
) -> Generator[tuple[Properties, list[str]]]:
    """The inputs of a release without the password of its repository, and words that lead to that.

    `call` runs `helm` with such words. Raises what it raises.
    """
    repository: Properties = inputs.get("repositoryOpts") or {}
    if not repository.get("password"):
        yield inputs, []
        return
    with tempfile.TemporaryDirectory(prefix="provisioner-") as folder:
        if str(repository.get("repo") or inputs.get("chart") or "").startswith(_OCI):
            yield _at_registry(inputs, repository, Path(folder))
            return
        found, words = _in_repository(inputs, repository, Path(folder))
        call(["repo", "update", _NAME, *words])
        yield found, words


def _at_registry(inputs: Properties, repository: Properties, folder: Path) -> tuple[Properties, list[str]]:
    host = urlsplit(str(repository.get("repo") or inputs["chart"])).netloc
    known = base64.b64encode(f"{repository.get('username', '')}:{repository['password']}".encode()).decode()
    file = _kept(folder / "registry.json", {"auths": {host: {"auth": known}}})
    plain = {name: value for name, value in repository.items() if name not in ("username", "password")}
    return {**inputs, "repositoryOpts": plain}, ["--registry-config", str(file)]


def _in_repository(inputs: Properties, repository: Properties, folder: Path) -> tuple[Properties, list[str]]:
    said = {
        "name": _NAME,
        "url": repository.get("repo"),
        **{
            name: repository.get(name, "")
            for name in ("username", "password", "caFile", "certFile", "keyFile")
        },
    }
    file = _kept(folder / "repositories.yaml", {"apiVersion": "", "repositories": [said]})
    words = ["--repository-config", str(file), "--repository-cache", str(folder / "cache")]
    return {**inputs, "chart": f"{_NAME}/{inputs['chart']}", "repositoryOpts": {}}, words


def _kept(file: Path, content: Any) -> Path:
    """The file, with what only its owner reads; JSON is YAML, too."""
    file.touch(mode=0o600)
    file.write_text(json.dumps(content))
    return file

"""The `helm` program: called for one release at a time, with values on its standard input."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from provisioner.plan.values import Properties
from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.helm_repository import without_password
from provisioner.providers.kubernetes.kubeconfig import Access
from provisioner.providers.surroundings import for_others

HELM: Final = "helm"
NO_HELM: Final = "NoHelm"
"""The code of a refusal because the program is not there."""

GRACE: Final = 30.0
"""Seconds after its own time limit in which the program has to end."""

_SWITCHES: Final[Mapping[str, str]] = {
    "atomic": "--atomic",
    "cleanupOnFail": "--cleanup-on-fail",
    "createNamespace": "--create-namespace",
    "dependencyUpdate": "--dependency-update",
    "devel": "--devel",
    "disableOpenapiValidation": "--disable-openapi-validation",
    "disableWebhooks": "--no-hooks",
    "forceUpdate": "--force",
    "renderSubchartNotes": "--render-subchart-notes",
    "skipCrds": "--skip-crds",
    "verify": "--verify",
}
_TEXTS: Final[Mapping[str, str]] = {
    "description": "--description",
    "keyring": "--keyring",
    "postrender": "--post-renderer",
    "version": "--version",
}
_REPOSITORY: Final[Mapping[str, str]] = {
    "caFile": "--ca-file",
    "certFile": "--cert-file",
    "keyFile": "--key-file",
    "repo": "--repo",
    "username": "--username",
}
"""Inputs of a release, and what `helm upgrade` calls them (helm 3.19); passwords: `helm_repository.py`."""


def upgrade(access: Access, inputs: Properties, seconds: float, *words: str) -> None:
    """Install the release, or bring it up to date. Raises `Refused`."""
    values = json.dumps(inputs.get("values") or {})
    with without_password(inputs, lambda words: _called(words, seconds, "")) as (plain, known):
        _run(access, ["upgrade", *words, *_words(plain), *known, "--values", "-"], seconds, values)


def uninstall(access: Access, name: str, namespace: str, seconds: float) -> None:
    """Remove the release; one that is gone is a success. Raises `Refused`."""
    words = ["uninstall", name, "--namespace", namespace, "--ignore-not-found", "--wait"]
    _run(access, [*words, "--timeout", f"{seconds:g}s"], seconds, "")


def rendered(name: str, inputs: Properties, kubernetes: str, seconds: float) -> str:
    """The manifests of a chart with its CRDs, as the release `name` would have them. Raises `Refused`.

    No cluster is asked: `kubernetes` is the version (`1.35`) that the chart is told.
    """
    with without_password(inputs, lambda words: _called(words, seconds, "")) as (plain, known):
        words = ["template", *_words({**plain, "name": name, "skipAwait": True}), *known, "--include-crds"]
        words += ["--kube-version", f"{kubernetes}.0", "--values", "-"]
        return _called(words, seconds, json.dumps(inputs.get("values") or {}))


def kubeconfig(access: Access) -> dict[str, Any]:
    """A kubeconfig of one context, for programs that want a file."""
    cluster: dict[str, Any] = {"server": access.server}
    if access.authority:
        cluster["certificate-authority-data"] = _encoded(access.authority)
    if access.trusts_anybody:
        cluster["insecure-skip-tls-verify"] = True
    cluster |= {"tls-server-name": access.tls_name} if access.tls_name else {}
    cluster |= {"proxy-url": access.proxy} if access.proxy else {}
    one = {"cluster": "cluster", "user": "user"}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "clusters": [{"name": "cluster", "cluster": cluster}],
        "users": [{"name": "user", "user": _user(access)}],
        "contexts": [{"name": "here", "context": one}],
    }


def _user(access: Access) -> dict[str, Any]:
    user: dict[str, Any] = {}
    if access.certificate:
        user |= {
            "client-certificate-data": _encoded(access.certificate),
            "client-key-data": _encoded(access.key),
        }
    if access.token:
        user["token"] = access.token
    if access.token_file:
        user["tokenFile"] = str(access.token_file)
    if access.basic:
        user["username"], _, user["password"] = access.basic.partition(":")
    if plugin := access.plugin:
        user["exec"] = {
            "apiVersion": plugin.api_version,
            "command": plugin.command,
            "args": list(plugin.arguments),
            "env": [{"name": name, "value": value} for name, value in plugin.environment],
            "provideClusterInfo": plugin.wants_cluster,
            "interactiveMode": "Never",
        }
    return user


def _words(inputs: Properties) -> list[str]:
    """The command line of a release."""
    repository: Properties = inputs.get("repositoryOpts") or {}
    chart, repo = str(inputs.get("chart") or ""), str(repository.get("repo") or "")
    if repo.startswith("oci://"):
        chart, repository = f"{repo.rstrip('/')}/{chart}", {**repository, "repo": ""}
    words = [str(inputs["name"]), chart, "--namespace", str(inputs["namespace"])]
    words += [switch for name, switch in _SWITCHES.items() if inputs.get(name) is True]
    words += _texts(inputs, _TEXTS) + _texts(repository, _REPOSITORY)
    if (most := inputs.get("maxHistory")) is not None:
        words += ["--history-max", str(most)]
    if inputs.get("skipAwait") is not True:
        words += ["--wait", *(["--wait-for-jobs"] if inputs.get("waitForJobs") is True else [])]
    return words


def _texts(inputs: Properties, names: Mapping[str, str]) -> list[str]:
    return [
        word for name, option in names.items() if (said := inputs.get(name)) for word in (option, str(said))
    ]


def _run(access: Access, words: Sequence[str], seconds: float, values: str) -> None:
    with _file(access) as file:
        command = [*words, "--kubeconfig", str(file)]
        if "--timeout" not in words:
            command += ["--timeout", f"{seconds:g}s"]
        _called(command, seconds, values)


def _called(words: Sequence[str], seconds: float, values: str) -> str:
    """What the program wrote. Raises `Refused`."""
    try:
        ended = subprocess.run(  # noqa: S603 - our own words
            [HELM, *words],
            input=values.encode(),
            env={**for_others(os.environ), "HELM_DRIVER": "secret"},
            capture_output=True,
            timeout=seconds + GRACE,
            check=False,
            start_new_session=True,  # Ctrl-C in the terminal is for us
        )
    except FileNotFoundError as missing:
        raise Refused(_missing(), code=NO_HELM) from missing
    except subprocess.TimeoutExpired as late:
        told = f"`helm {words[0]}` did not end within {seconds + GRACE:g} s"
        raise Refused(told, code="Timeout") from late
    if ended.returncode:
        raise Refused(_said(ended.stderr.decode(errors="replace")), code="HelmFailed")
    return ended.stdout.decode(errors="replace")


@contextmanager
def _file(access: Access) -> Generator[Path]:
    """The cluster's kubeconfig for as long as the program runs."""
    with tempfile.TemporaryDirectory(prefix="provisioner-") as folder:
        file = Path(folder) / "kubeconfig"
        file.touch(mode=0o600)
        file.write_text(json.dumps(kubeconfig(access)))
        yield file


def _missing() -> str:
    return (
        "charts are installed by the `helm` program, and there is none on the PATH. Install Helm (3.13 or"
        " later) where `provisioner` runs, or set `delivery: gitops`, by which the cluster's own controller"
        " installs charts"
    )


def _said(text: str) -> str:
    """What the program complained of, without its warnings."""
    lines = [line for line in text.strip().splitlines() if not line.startswith(("WARNING:", "W0", "I0"))]
    return "helm: " + (" ".join(lines).removeprefix("Error: ") or "it failed and did not say why")


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()

"""Reads kubeconfigs: which cluster a context means, and as whom.

The form is that of client-go (`tools/clientcmd/api/v1`). Relative paths start from the file they are in.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import yaml

from provisioner.providers.interface import Refused

NO_CONTEXT: Final = "NoContext"
"""The code of a refusal because a kubeconfig has no such context."""

NO_KUBECONFIG: Final = "NoKubeconfig"
"""The code of a refusal because there is no kubeconfig, or it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecPlugin:
    """A program that says who we are: it is called for a token, or for a certificate."""

    api_version: str
    command: str
    arguments: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    """How the program is installed."""

    wants_cluster: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A cluster, and who we are there."""

    context: str
    server: str
    namespace: str = ""
    authority: str = ""
    """Certificates in PEM; empty: those that this machine trusts."""

    trusts_anybody: bool = False
    tls_name: str = ""
    proxy: str = ""
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    token_file: Path | None = None
    basic: str = field(default="", repr=False)
    """`user:password`."""

    plugin: ExecPlugin | None = None
    way_in: str = ""
    """What is known here of how to get there, if it does not answer."""


@dataclass(frozen=True, slots=True)
class Kubeconfig:
    """What one or more files say together: for each name the first one counts."""

    where: str
    """The files, for people."""

    current: str
    contexts: Mapping[str, Mapping[str, Any]]
    clusters: Mapping[str, Mapping[str, Any]]
    users: Mapping[str, Mapping[str, Any]]

    def access(self, context: str = "", cluster: str = "") -> Access:
        """What a context means; without a name the current one, `cluster` in place of the context's own.

        Raises `Refused` with the contexts that there are.
        """
        name = context or self.current
        if name not in self.contexts:
            raise Refused(_no_context(name, self), code=NO_CONTEXT)
        said = self.contexts[name]
        there = self.clusters.get(cluster or str(said.get("cluster", "")))
        if there is None or not there.get("server"):
            raise Refused(
                f"context `{name}` of {self.where} names no cluster with a `server`", code=NO_CONTEXT
            )
        user = self.users.get(str(said.get("user", "")), {})
        return Access(
            context=name,
            server=str(there["server"]).rstrip("/"),
            namespace=str(said.get("namespace") or ""),
            authority=_material(there, "certificate-authority"),
            trusts_anybody=bool(there.get("insecure-skip-tls-verify")),
            tls_name=str(there.get("tls-server-name") or ""),
            proxy=str(there.get("proxy-url") or ""),
            certificate=_material(user, "client-certificate"),
            key=_material(user, "client-key"),
            token=str(user.get("token") or ""),
            token_file=_path(user, "tokenFile"),
            basic=f"{user['username']}:{user.get('password', '')}" if user.get("username") else "",
            plugin=_plugin(user, name),
        )


def from_text(text: str, where: str, folder: Path) -> Kubeconfig:
    """What a kubeconfig says; `folder` is where its relative paths start. Raises `Refused`."""
    try:
        found: Any = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
    except yaml.YAMLError as broken:
        raise Refused(f"{where} is no YAML: {broken}", code=NO_KUBECONFIG) from broken
    if not isinstance(found, dict):
        raise Refused(f"{where} is no kubeconfig", code=NO_KUBECONFIG)
    said = cast("dict[str, Any]", found)
    return Kubeconfig(
        where,
        str(said.get("current-context") or ""),
        _by_name(said, "contexts", "context", folder),
        _by_name(said, "clusters", "cluster", folder),
        _by_name(said, "users", "user", folder),
    )


def from_files(paths: Sequence[Path]) -> Kubeconfig:
    """What these files say together; those that are not there say nothing. Raises `Refused`."""
    found: list[Kubeconfig] = []
    for path in paths:
        try:
            text = path.read_text()
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as failed:
            raise Refused(f"{path} cannot be read: {failed}", code=NO_KUBECONFIG) from failed
        found.append(from_text(text, str(path), path.parent))
    if not found:
        tried = ", ".join(map(str, paths))
        raise Refused(f"there is no kubeconfig at {tried}", code=NO_KUBECONFIG)
    return Kubeconfig(
        ", ".join(each.where for each in found),
        next((each.current for each in found if each.current), ""),
        _first([each.contexts for each in found]),
        _first([each.clusters for each in found]),
        _first([each.users for each in found]),
    )


def around(environment: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Where kubectl would look: `KUBECONFIG`, or `~/.kube/config`."""
    if said := environment.get("KUBECONFIG"):
        return tuple(Path(each).expanduser() for each in said.split(os.pathsep) if each)
    return (Path.home() / ".kube" / "config",)


def from_input(said: str) -> Kubeconfig:
    """What a provider's input `kubeconfig` means: a file, or what would be in one. Raises `Refused`."""
    if "\n" not in said and not said.lstrip().startswith("{"):
        return from_files([Path(said).expanduser()])
    return from_text(said, "the provider's `kubeconfig`", Path.cwd())


_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FOLDER: Final = ""
"""The key under which an entry remembers where its relative paths start."""


def _by_name(said: Mapping[str, Any], many: str, one: str, folder: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for each in said.get(many) or ():
        found.setdefault(str(each.get("name", "")), {**(each.get(one) or {}), _FOLDER: folder})
    return found


def _first(many: Sequence[Mapping[str, Mapping[str, Any]]]) -> dict[str, Mapping[str, Any]]:
    return {name: entry for each in reversed(many) for name, entry in each.items()}


def _path(entry: Mapping[str, Any], name: str) -> Path | None:
    said = entry.get(name)
    return entry[_FOLDER] / Path(str(said)).expanduser() if said else None


def _material(entry: Mapping[str, Any], name: str) -> str:
    """What is given in base64 beside, or in a file. Raises `Refused`."""
    try:
        if encoded := entry.get(f"{name}-data"):
            return base64.b64decode(str(encoded), validate=True).decode()
        path = _path(entry, name)
        return path.read_text() if path else ""
    except (OSError, UnicodeDecodeError, binascii.Error) as failed:
        raise Refused(f"`{name}` of the kubeconfig cannot be read: {failed}", code=NO_KUBECONFIG) from failed


def _plugin(user: Mapping[str, Any], context: str) -> ExecPlugin | None:
    said: Any = user.get("exec")
    if not isinstance(said, dict):
        if user.get("auth-provider"):
            raise Refused(
                f"context `{context}` names an `auth-provider`, which kubectl gave up in 1.26: its successor"
                " is `exec`, with the plug-in of the same provider",
                code=NO_KUBECONFIG,
            )
        return None
    entry = cast("dict[str, Any]", said)
    command = str(entry.get("command") or "")
    if os.sep in command:
        command = str(user[_FOLDER] / command)
    return ExecPlugin(
        api_version=str(entry.get("apiVersion") or "client.authentication.k8s.io/v1"),
        command=command,
        arguments=tuple(str(each) for each in entry.get("args") or ()),
        environment=tuple((str(each["name"]), str(each["value"])) for each in entry.get("env") or ()),
        hint=str(entry.get("installHint") or ""),
        wants_cluster=bool(entry.get("provideClusterInfo")),
    )


def _no_context(name: str, config: Kubeconfig) -> str:
    there = ", ".join(f"`{each}`" for each in sorted(config.contexts)) or "none"
    asked = f"has no context `{name}`" if name else "names no current context"
    return f"{config.where} {asked}; the contexts in it: {there}"

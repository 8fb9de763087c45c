"""The configuration of a stack: its own file, and what the project says for all stacks.

Source: Pulumi's `pkg/workspace/config.go` and `sdk/go/common/resource/config/`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from provisioner.engine.embedded.secrets import BrokenSeal
from provisioner.engine.project_failures import BadConfiguration, MissingConfiguration, NotAProject
from provisioner.projects.declared import declared
from provisioner.projects.project import Project
from provisioner.projects.yaml_file import mapping_in

_SECURE: Final = "secure"
Open = Callable[[str], str]
"""The text that was sealed."""


@dataclass(frozen=True, slots=True)
class StackFile:
    """What `Pulumi.<stack>.yaml` says."""

    config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """By full key; sealed values are `{"secure": …}`, at any depth."""

    secrets: Mapping[str, Any] | None = None
    """What seals them, as a deployment's `secrets_providers`; None: nothing has yet."""

    provider: str = ""
    """`awskms://…`, if that is what it says."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a program reads: text by full key, structures as JSON."""

    values: Mapping[str, str]
    secret_keys: frozenset[str]


def stack_file(project: Project, stack: str) -> StackFile:
    """What is written for a stack; nothing, if it has no file. Raises `NotAProject`."""
    file = project.stack_file(stack)
    if not file.exists():
        return StackFile()
    said = mapping_in(file)
    if said.get("environment"):
        reason = (
            "it imports environments of Pulumi Cloud (`environment:`), which the embedded engine cannot read"
        )
        raise NotAProject(file, reason, "write what is needed of them under `config:`.")
    config: Any = said.get("config") or {}
    if not isinstance(config, dict):
        raise NotAProject(file, "`config` is no mapping of keys to values", "correct it there.")
    values = {_key(project.name, str(key)): value for key, value in cast("dict[Any, Any]", config).items()}
    url = str(said.get("secretsprovider") or "")
    provider = "" if url in ("", "passphrase", "default") else url
    return StackFile(values, _sealed_by(said, provider), provider)


def configuration(project: Project, stack: str, file: StackFile, opened: Open) -> Configuration:
    """The stack's configuration, with the project's defaults.

    Raises `BadConfiguration`, `MissingConfiguration` and what opening a secret raises.
    """
    values: dict[str, str] = {}
    secret: set[str] = set()
    for key, raw in file.config.items():
        values[key], is_secret = _text(key, raw, opened)
        if is_secret:
            secret.add(key)
    missing: list[str] = []
    for name, said in project.config.items():
        key = _key(project.name, name)
        known = declared(name, said, is_own=key.startswith(f"{project.name}:"))
        if key in values:
            known.check(values[key], is_secret=key in secret)
        elif known.value is not None:
            values[key] = _plain(known.for_all())
        elif key.startswith(f"{project.name}:"):
            missing.append(name)
    if missing:
        raise MissingConfiguration(stack, project.stack_file(stack), tuple(sorted(missing)))
    return Configuration(values, frozenset(secret))


def _key(project: str, key: str) -> str:
    """The full key; one without a namespace is the project's. Raises `BadConfiguration`."""
    match key.split(":"):
        case [name]:
            return f"{project}:{name}"
        case [_, _]:
            return key
        case [namespace, "config", name]:
            return f"{namespace}:{name}"
        case _:
            raise BadConfiguration(key, "a key has the form `<namespace>:<name>`")


def _sealed_by(said: Mapping[str, Any], provider: str) -> Mapping[str, Any] | None:
    match said:
        case {"encryptedkey": str(key)} if provider:
            return {"type": "cloud", "state": {"url": provider, "encryptedkey": key}}
        case {"encryptionsalt": str(salt)}:
            return {"type": "passphrase", "state": {"salt": salt}}
        case _:
            return None


def _text(key: str, raw: Any, opened: Open) -> tuple[str, bool]:
    """The value as a program reads it, and whether any of it is secret."""
    found: list[str] = []

    def unsealed(value: Any) -> Any:
        match value:
            case {"secure": str(sealed)} if len(cast("dict[str, Any]", value)) == 1:
                found.append(sealed)
                return _opened(key, sealed, opened)
            case dict():
                return {str(name): unsealed(item) for name, item in cast("dict[Any, Any]", value).items()}
            case list():
                return [unsealed(item) for item in cast("list[Any]", value)]
            case _:
                return value

    return _plain(unsealed(raw)), bool(found)


def _opened(key: str, sealed: str, opened: Open) -> str:
    try:
        return opened(sealed)
    except BrokenSeal as broken:
        raise BadConfiguration(key, f"it cannot be opened: {broken}") from broken


def _plain(value: Any) -> str:
    """A value in the configuration's words."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool() | int() | float():
            return json.dumps(value)
        case _:
            return json.dumps(value, sort_keys=True, separators=(",", ":"))

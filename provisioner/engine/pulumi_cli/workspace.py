"""A stack of the Automation API: what it is configured with, where it lies, and which keys it has."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pulumi import automation
from pulumi.automation import ProjectBackend, ProjectSettings, StackSettings
from pulumi.automation.errors import StackNotFoundError

from provisioner.engine.embedded.checkpoint import file_of
from provisioner.engine.interface import Program, Stack
from provisioner.engine.pulumi_cli.command import SessionCommand

_QUIET: Final = {
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    # What a program needs is installed by people, not by a plan.
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
}


def _nothing(_key: str) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where the states of an environment lie, as `pulumi` is told, and what opens them."""

    url: str
    """`PULUMI_BACKEND_URL`: `file:///…` or `s3://…`."""

    passphrase: Callable[[], str | None]
    """None: there is none."""

    around: Callable[[str], Mapping[str, str]] = _nothing
    """Variables that lead to a key with this address."""

    def variables(self, key: str | None = None) -> dict[str, str]:
        """What `pulumi` reads from its environment; `key` is the address of what seals the secrets."""
        phrase = self.passphrase()
        return {
            **_QUIET,
            "PULUMI_BACKEND_URL": self.url,
            **({"PULUMI_CONFIG_PASSPHRASE": phrase} if phrase is not None else {}),
            **(self.around(key) if key else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A folder to work in, of this run alone."""

    folder: Path
    home: Home
    command: SessionCommand
    secrets: Mapping[str, Any] | None
    """`secrets_providers` of the state."""

    attached: str = ""
    """`PULUMI_DEBUG_PROVIDERS`."""


def stack_on(bench: Bench, stack: Stack, program: Program) -> automation.Stack:
    """The stack, made if there is none yet. Raises `CommandError`."""
    # The SDK, in this process, would look for the engine on this machine through a proxy for the internet.
    os.environ.setdefault("no_grpc_proxy", "127.0.0.1,localhost")
    bench.folder.mkdir(parents=True, exist_ok=True)
    variables = bench.home.variables(_secrets_provider(bench.secrets))
    if bench.attached:
        variables["PULUMI_DEBUG_PROVIDERS"] = bench.attached
    workspace = automation.LocalWorkspace(
        work_dir=str(bench.folder),
        program=program,
        env_vars=variables,
        secrets_provider=_secrets_provider(bench.secrets),
        project_settings=ProjectSettings(
            name=stack.project, runtime="python", backend=ProjectBackend(url=bench.home.url)
        ),
        stack_settings={stack.name: _settings(stack, bench.secrets)},
        pulumi_command=bench.command,
    )
    try:
        return automation.Stack.select(stack.name, workspace)
    except StackNotFoundError:
        made = automation.Stack.create(stack.name, workspace)
        workspace.save_stack_settings(stack.name, _with_key(workspace, stack, bench.secrets))
        return made


def write_state(root: Path, full_name: str, deployment: Mapping[str, Any]) -> None:
    """Put a state into a folder that is nobody's backend but this run's."""
    _, project, name = full_name.split("/")
    file = root / ".pulumi" / "stacks" / project / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    (root / ".pulumi" / "meta.yaml").write_bytes(b"version: 1\n")
    file.write_bytes(file_of(full_name, deployment))


def _with_key(
    workspace: automation.LocalWorkspace, stack: Stack, secrets: Mapping[str, Any] | None
) -> StackSettings:
    """Our settings; making a stack may have written a key of its own into the file, which then counts."""
    said = workspace.stack_settings(stack.name)
    settings = _settings(stack, secrets)
    settings.encryption_salt = said.encryption_salt or settings.encryption_salt
    settings.encrypted_key = said.encrypted_key or settings.encrypted_key
    settings.secrets_provider = said.secrets_provider or settings.secrets_provider
    return settings


def _settings(stack: Stack, secrets: Mapping[str, Any] | None) -> StackSettings:
    config: dict[str, Any] = dict(stack.config)
    match secrets:
        case {"type": "passphrase", "state": {"salt": str(salt)}}:
            return StackSettings(encryption_salt=salt, config=config)
        case {"type": "cloud", "state": {"url": str(url), "encryptedkey": str(key)}}:
            return StackSettings(secrets_provider=url, encrypted_key=key, config=config)
        case _:
            return StackSettings(config=config)


def _secrets_provider(secrets: Mapping[str, Any] | None) -> str | None:
    match secrets:
        case {"type": "cloud", "state": {"url": str(url)}}:
            return url
        case _:
            return None

"""Which environment and which region the running stack is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pulumi

from environments.diagnostics import InvalidEnvironment
from environments.load import Loaded, find, load
from environments.model import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """One environment in one of its regions."""

    environment: Environment
    region: str
    digests: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """Image as an air gap's mirror calls it -> its digest, as far as its lock says it."""
    certificates: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """By the path that `encryption.vault` names: the certificates that lie there."""

    folder: Path = field(default=Path(), repr=False)
    """Where the environment's file is."""

    def password_of(self, database: str) -> str:
        """The first password of Vault's own user in a database; empty where the file is gone."""
        vault = self.environment.encryption.vault
        assert vault, "whoever has none has no such passwords"
        assert vault.databases, "nor who makes no accounts"
        file = self.folder / vault.databases.passwords / database
        return file.read_text().strip() if file.is_file() else ""

    @property
    def position(self) -> int:
        """The region's place among the environment's regions; 0 is the primary."""
        return self.environment.regions.index(self.region)


def selected() -> Selection:
    """What the stack `<environment>.<region>` is about.

    The environment's file is the one that config `provisioner:file` names, else the first
    `environments/<environment>.yaml` from the working folder upwards, else one that comes with the tool.
    With config `provisioner:cloud` set to `local` it is put into the cloud on a desk.
    Raises `pulumi.RunError` with all there is to say to the user.
    """
    stack = pulumi.get_stack()
    name, _, region = stack.rpartition(".")
    if not name:
        raise pulumi.RunError(
            f"The stack's name `{stack}` has no region. A stack is named <environment>.<region>, "
            "for example `dev.us-east-1`."
        )
    found, file = _environment(name)
    env = found.environment
    if env.name != name:
        raise pulumi.RunError(
            f"The stack `{stack}` is for environment `{name}`; {file} describes `{env.name}`."
        )
    if region not in env.regions:
        known = ", ".join(env.regions)
        raise pulumi.RunError(f"The stack `{stack}` is for region `{region}`; {file} has {known}.")
    return Selection(
        environment=env,
        region=region,
        digests=found.digests,
        certificates=found.certificates,
        folder=file.parent,
    )


def _environment(name: str) -> tuple[Loaded, Path]:
    """The environment, and the file it was read from."""
    config = pulumi.Config("provisioner")
    configured = config.get("file")
    try:
        file = Path(configured) if configured else _looked_up(name)
        return load(file, cloud="local" if config.get("cloud") else None), file
    except InvalidEnvironment as invalid:
        raise pulumi.RunError(str(invalid)) from invalid


def _looked_up(name: str) -> Path:
    # `pulumi up` runs in the layer's folder; the environments lie beside the layers or above them.
    here = Path.cwd()
    candidates = (folder / "environments" / f"{name}.yaml" for folder in (here, *here.parents))
    return next((file for file in candidates if file.is_file()), None) or find(name)

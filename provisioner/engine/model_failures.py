"""What can go wrong with models that are sealed, signed and opened by hand."""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.engine.failures import Failure


@dataclass(eq=False)
class NothingSeals(Failure):
    """The environment does not say what seals its models, or what signs them."""

    setting: str
    """`sealed_by` or `signed_by`."""


@dataclass(eq=False)
class ModelNotRead(Failure):
    """A file or a folder cannot be sealed, or a sealed model or a signature cannot be read."""

    path: str
    reason: str


@dataclass(eq=False)
class ModelUnsound(Failure):
    """It is not what was sealed or signed, or it is another model or another version."""

    what: str
    reason: str


@dataclass(eq=False)
class NoModelStore(Failure):
    """Nobody knows where to put the sealed model: the environment has no store of its own yet, or ever."""

    environment: str
    is_to_come: bool
    """Whether the next apply makes one."""


@dataclass(eq=False)
class KeyIsNotThere(Failure):
    """The transit key of a model, or the one that signs, does not exist in Vault."""

    key: str
    is_written: bool
    """Whether the environment's file has it, so that an apply makes it."""

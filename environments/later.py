"""Settings that belong to a later capability: known by name, so that nobody takes them for a mistake.

The rows are the parts of an environment file in the product's design that cannot be carried out yet. A row
leaves this table when its section enters the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from environments.diagnostics import Diagnostic, Place, Problem
from environments.source import Path, Scalar, SourceMap


@dataclass(frozen=True, slots=True)
class Later:
    """A setting, or some values of one, that a later version carries out.

    Without `values` the setting itself is meant; a value that ends with `://` stands for all that begin
    with it. `instead` says what works today.
    """

    path: tuple[str, ...]
    instead: str
    values: tuple[str, ...] = ()

    def means(self, written: str) -> bool:
        """Whether a value is one of these."""
        return any(
            written.startswith(value) if value.endswith("://") else written == value for value in self.values
        )


_REMOVE: Final = "remove it for now"
_FOLDER: Final = "leave `state` out: it is kept in ./.provisioner/"
_BACKENDS: Final = ("gs://", "azblob://", "https://")
_VAULTS: Final = ("gcpkms://", "azurekeyvault://")

LATER: Final = (
    Later(("state",), _FOLDER, _BACKENDS),
    Later(("state", "backend"), _FOLDER, _BACKENDS),
    Later(("state", "secrets"), "write `secrets: passphrase`", _VAULTS),
    *(
        Later((name,), _REMOVE)
        for name in (
            "model_registry", "training", "monitoring", "identity", "cost",
        )
    ),
    *(Later(("governance", name), _REMOVE) for name in ("approvals", "approvers")),
)  # fmt: skip


def not_available_yet(source: SourceMap) -> Iterator[tuple[Path, Diagnostic]]:
    """Every setting of a later capability, with its message."""
    for later in LATER:
        if found := _found(later, source):
            place, written = found
            detail = f"This version does not do `{written}` yet."
            yield later.path, Diagnostic(Problem.LATER, detail, f"{later.instead}.", place)


def _found(later: Later, source: SourceMap) -> tuple[Place, str] | None:
    """Where it is written, and what."""
    name = ".".join(later.path)
    match source.node(later.path):
        case None:
            return None
        case _ if not later.values:
            return source.key(later.path), name
        case Scalar(span, written) if later.means(written):
            return span.place(), f"{name}: {written}"
        case _:
            return None

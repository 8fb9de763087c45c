"""What lies beside an environment's file and belongs to its Vault: certificates to trust servers by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from environments.diagnostics import Diagnostic, Problem
from environments.source import SourceMap, shown

if TYPE_CHECKING:
    from environments.vault import Vault

LARGEST: Final = 256 * 1024
"""Bytes; all authorities that browsers trust have some 200,000."""

_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_PRIVATE: Final = "PRIVATE KEY-----"
_WHERE: Final = ("encryption", "vault")


@dataclass(frozen=True, slots=True)
class Certificates:
    """By the path as it is written in the environment's file: the text."""

    texts: Mapping[str, str]
    files: tuple[Path, ...]
    diagnostics: tuple[Diagnostic, ...]


def certificates(vault: Vault, folder: Path, source: SourceMap) -> Certificates:
    """The files that its settings name, as seen from `folder`, or what is wrong with them."""
    texts: dict[str, str] = {}
    files: list[Path] = []
    diagnostics: list[Diagnostic] = []
    for setting, name in _named(vault):
        file = folder / Path(name).expanduser()
        text = _read(file)
        if isinstance(text, str):
            texts[name] = text
            files.append(file)
        else:
            problem, detail, fix = text
            diagnostics.append(Diagnostic(problem, detail, fix, source.place((*_WHERE, *setting))))
    return Certificates(texts, tuple(files), tuple(diagnostics))


def _named(vault: Vault) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each setting that names such a file, and the file."""
    if vault.ca:
        yield ("ca",), str(vault.ca)
    if vault.databases and vault.databases.ca:
        yield ("databases", "ca"), str(vault.databases.ca)
    if vault.kubernetes and vault.kubernetes.ca:
        yield ("kubernetes", "ca"), str(vault.kubernetes.ca)


def _read(file: Path) -> str | tuple[Problem, str, str]:
    name = shown(file)
    try:
        with file.open("rb") as stream:
            text = stream.read(LARGEST + 1).decode("ascii", errors="replace")
    except OSError as error:
        why = (error.strerror or "it cannot be opened").lower()
        return (
            Problem.UNREADABLE,
            f"`{name}`: {why}.",
            "name a file that you may read, or leave the setting out.",
        )
    if _PRIVATE in text:
        detail = f"`{name}` holds a private key; what is in it would be written into clusters and plans."
        return (
            Problem.FORM,
            detail,
            "leave the certificates in it alone, and put the key where nobody reads it.",
        )
    if _BEGIN not in text or len(text) > LARGEST:
        detail = f"`{name}` holds no certificates in PEM, which begin with `{_BEGIN}`."
        return Problem.FORM, detail, "name a file with the certificates of the authority."
    return text

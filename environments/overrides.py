"""What the command line sets in place of an environment's files."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from environments.clouds import NONE
from environments.delivery import FOLDER
from environments.diagnostics import COMMAND_LINE
from environments.source import Entry, Scalar, Settings, SourceFile, SourceMap, Span

LOCAL_STATE: Final = ".provisioner/on-local-cloud"
"""Not the folder of the real environment: whose stacks have the same names."""

_SAID: Final = "--cloud local"


def on_local_cloud(source: SourceMap) -> SourceMap:
    """The settings as they would be in the cloud on a desk; where they are so already, as they are.

    The account belongs to the real cloud, and so does the state: neither is touched. What is delivered into
    clusters is written into a folder beside that other state; without a cloud that is all there is.
    """
    if source.written(("cloud",)) == "local":
        return source
    span = Span(SourceFile(Path(COMMAND_LINE), _SAID, name=COMMAND_LINE), 0, 0, 0, len(_SAID))
    entries = {name: entry for name, entry in source.root.entries.items() if name != "account"}
    if source.written(("cloud",)) != NONE:
        entries["cloud"] = _said(span, "local")
    entries["state"] = Entry(span, Settings(span, {"backend": _said(span, LOCAL_STATE)}))
    if "delivery" in entries:
        entries["delivery"] = Entry(span, _into_a_folder(source, span))
    return SourceMap(Settings(source.root.span, entries))


def _into_a_folder(source: SourceMap, span: Span) -> Settings:
    """Not the folder that is committed: it is about the real cluster."""
    charts = source.node(("delivery", "charts"))
    said = {"kind": _said(span, "gitops"), "folder": _said(span, f"{LOCAL_STATE}/{FOLDER}")}
    return Settings(span, {**said, **({"charts": Entry(span, charts)} if charts else {})})


def _said(span: Span, text: str) -> Entry:
    return Entry(span, Scalar(span, text, text))

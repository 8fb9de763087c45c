"""What the command line sets in place of an environment's files."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from environments.diagnostics import COMMAND_LINE
from environments.source import Entry, Scalar, Settings, SourceFile, SourceMap, Span

LOCAL_STATE: Final = ".provisioner/on-local-cloud"
"""Not the folder of the real environment: whose stacks have the same names."""

_SAID: Final = "--cloud local"


def on_local_cloud(source: SourceMap) -> SourceMap:
    """The settings as they would be in the cloud on a desk; where they are so already, as they are.

    The account belongs to the real cloud, and so does the state: neither is touched.
    """
    if source.written(("cloud",)) == "local":
        return source
    span = Span(SourceFile(Path(COMMAND_LINE), _SAID, name=COMMAND_LINE), 0, 0, 0, len(_SAID))
    entries = {name: entry for name, entry in source.root.entries.items() if name != "account"}
    entries["cloud"] = _said(span, "local")
    entries["state"] = Entry(span, Settings(span, {"backend": _said(span, LOCAL_STATE)}))
    return SourceMap(Settings(source.root.span, entries))


def _said(span: Span, text: str) -> Entry:
    return Entry(span, Scalar(span, text, text))

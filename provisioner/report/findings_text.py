"""What the rules found, as people read it: from a run, or from a file that keeps it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from provisioner.report.naming import labelled
from provisioner.report.style import Colour, Style

Document = Mapping[str, Any]
"""What `findings_rows.findings_document` makes of a report."""

_SHOWN: Final = 4
"""Resources that are shown of one finding; the rest is counted."""

_WORDS: Final = {"waived": "waived", "deferred": "not known yet", "error": "the rule is broken"}


def findings_text(found: Document, style: Style, *, deferred: bool = False) -> str:
    """Every finding, the worst first, and the counts; ends with a line break. Empty if nothing was found.

    What cannot be told before an apply is only counted, unless it is asked for.
    """
    rows: list[Mapping[str, Any]] = found["findings"]
    lines: list[str] = []
    told = [row for row in rows if deferred or row["status"] != "deferred"]
    for (_, status, message), group in groupby(told, key=_alike):
        those = list(group)
        first = those[0]
        word = _WORDS.get(status, first["enforcement"])
        head = f"{first['severity']} {first['rule']} {first['name']} ({word})"
        colour = Colour.BAD if first["blocks"] else Colour.CHANGED
        lines += ["", style.paint(colour, head), f"  {message}", *_places(those)]
        if status == "fail":
            lines.append(f"  fix: {first['fix']}")
    return "\n".join([*lines, "", summary(found)]).lstrip("\n") + "\n" if rows else ""


def summary(found: Document) -> str:
    """Such as `Policy: 2 findings stop this; 1 is advice; 40 cannot be told before apply.`."""
    rows: list[Mapping[str, Any]] = found["findings"]
    stopping = sum(row["blocks"] for row in rows)
    advice = sum(row["status"] == "fail" and not row["blocks"] for row in rows)
    waived = sum(row["status"] == "waived" for row in rows)
    deferred = sum(row["status"] == "deferred" for row in rows)
    parts = [
        f"{stopping} {'finding stops' if stopping == 1 else 'findings stop'} this" if stopping else "",
        f"{advice} {'is' if advice == 1 else 'are'} advice" if advice else "",
        f"{waived} {'is' if waived == 1 else 'are'} waived" if waived else "",
        f"{deferred} cannot be told before apply" if deferred else "",
    ]
    return "Policy: " + ("; ".join(filter(None, parts)) or "nothing found") + "."


def _alike(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["rule"], row["status"], row["message"]


def _places(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows[:_SHOWN]:
        path = f"  {row['path']}" if row["path"] else ""
        place = f"  ({row['place']})" if row["place"] else ""
        yield f"    {labelled(row['urn'])}{path}{place}"
    if len(rows) > _SHOWN:
        yield f"    and {len(rows) - _SHOWN} more"

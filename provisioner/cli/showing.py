"""Showing a plan, from a run or from a file: as text, for programs, as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from provisioner.cli.screen import err, out
from provisioner.cli.writing import OWNER_ONLY, write_over
from provisioner.report.machine import document, plan_document
from provisioner.report.plan_view import PlanView, view_text

if TYPE_CHECKING:
    from provisioner.judging import Judged


def show(view: PlanView, *, as_json: bool, page: Path | None) -> None:
    """Write it to standard output, and the page to its file; notices go to standard error.

    Raises `FileExists` if there is another file in the page's place, and `FileNotWritten`.
    """
    for notice in view.notices:
        err().say(f"note: {notice}")
    if as_json:
        out().write(
            document(plan_document(view.environment, view.plans, view.notices, view.asked, view.policy))
        )
    else:
        out().write(view_text(view, out().style))
    if page is not None:
        # Only here: a template engine takes longer to load than a small plan to make.
        from provisioner.report.page import html, is_page  # noqa: PLC0415

        write_over(page, html(view).encode(), is_page, OWNER_ONLY)


def policy_of(judged: Judged | None, environment: str) -> dict[str, Any] | None:
    """What the rules said, as it is shown and kept."""
    if judged is None:
        return None
    from provisioner.report.findings_rows import findings_document  # noqa: PLC0415 - loaded with the rules

    return findings_document(str(environment), judged)

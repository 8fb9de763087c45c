"""Pipelines of GitHub and GitLab, for those who keep their environments there."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES: Final = Path(__file__).parent / "templates" / "ci"


def pipeline(kind: str, **chosen: Any) -> str:
    """The pipeline of `github` or `gitlab`, as YAML."""
    # Braces are GitHub's.
    jinja = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        variable_start_string="<<",
        variable_end_string=">>",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - this is no HTML
    )
    return jinja.get_template(f"{kind}.yml").render(**chosen)

"""How objects get into a cluster: applied from here, or written into a folder that is fetched from there."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Final, Literal

from pydantic import Discriminator, Field

from environments.section import Form, Section
from environments.short_form import Short

_KIND: Final = "`direct`: applied to the cluster; `gitops`: written into a folder that is committed."

FOLDER: Final = "gitops"
"""Where manifests go if nothing else is said."""


class Direct(Section):
    """Objects are applied to the cluster, and charts are installed by the `helm` program."""

    kind: Annotated[Literal["direct"], Field(description=_KIND)]


class GitOps(Section):
    """Objects are written into a folder, ready to be committed; Flux or Argo CD fetches them."""

    kind: Annotated[Literal["gitops"], Field(description=_KIND)]
    folder: Annotated[
        PurePosixPath | None,
        Form("a folder"),
        Field(
            description="Folder for manifests, as seen from where the command runs, with a folder for each "
            f"cluster; none: `{FOLDER}`, in the cloud on a desk beside the state.",
            examples=["./gitops"],
        ),
    ] = None
    charts: Annotated[
        Literal["flux", "argocd"],
        Field(description="What installs charts in the cluster: objects of Flux, or of Argo CD."),
    ] = "flux"


Delivery = Annotated[Direct | GitOps, Discriminator("kind"), Short("kind", ("direct", "gitops"))]

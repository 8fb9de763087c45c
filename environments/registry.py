"""Where container images are kept."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from environments.quantities import Whole
from environments.section import Form, Section, distinct

RepositoryName = Annotated[
    str,
    Form("lower-case letters and digits, in words joined by `.`, `_`, `-` or `/`, 2 to 235 characters"),
    # ECR's own rule (CreateRepository, repositoryName) allows 256; `<environment>/` goes before the name.
    Field(
        min_length=2,
        max_length=235,
        examples=["serving"],
        pattern=r"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$",
    ),
]


class Registry(Section):
    """Private image repositories; images in them are immutable and encrypted."""

    repositories: Annotated[
        tuple[RepositoryName, ...],
        Field(
            min_length=1,
            description="Names of the repositories, without the environment's name.",
            examples=[["serving", "training", "notebooks"]],
        ),
        AfterValidator(distinct),
    ]
    keep_images: Annotated[
        Whole, Field(ge=1, description="How many images each repository keeps; the oldest are removed.")
    ] = 50
    scan: Annotated[
        Literal["on_push", "manual"],
        Field(description="When images are scanned for known vulnerabilities."),
    ] = "on_push"
    pull_through: Annotated[
        tuple[Literal["ecr-public", "k8s", "quay"], ...],
        # Of the upstreams of ECR's pull-through caches those that need no credentials.
        Field(
            description="Public registries whose images are cached here as they are pulled.",
            examples=[["ecr-public", "k8s"]],
        ),
        AfterValidator(distinct),
    ] = ()

"""Where model artefacts are kept, and which keys seal and sign them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from environments.diagnostics import Problem
from environments.quantities import Days
from environments.section import Form, Section, distinct, refused

_KEY_SAMPLE: Final = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
"""The public key of RFC 8032's first test vector, in DER."""

Keeper = Literal["vault", "kms"]


def _public_key(key: str) -> str:
    from environments.model_signature import algorithm  # noqa: PLC0415 - few environments sign anything

    if algorithm(key) is None:
        detail = (
            "This is no public key that models may be signed with: one of Ed25519, or of the curve P-256."
        )
        raise refused(Problem.WEAK_KEY, detail, "write the one that `provisioner model sign` prints.")
    return key


class ModelStore(Section):
    """A versioned, encrypted, private bucket for models, and one for its access logs."""

    keep_versions: Annotated[
        timedelta,
        Days(),
        Field(description="How long an overwritten or deleted version is kept.", examples=["90d"]),
    ] = timedelta(days=90)
    access_logs: Annotated[
        timedelta,
        Days(),
        Field(description="How long access logs are kept.", examples=["90d"]),
    ] = timedelta(days=90)
    sealed_by: Annotated[
        Keeper | None,
        Form("`vault` or `kms`"),
        Field(
            description="What seals models, each version under a data key of its own: `vault`, the transit "
            "key `model-<name>`; `kms`, a key of AWS KMS; none: models lie in the store as they are.",
            examples=["vault"],
        ),
    ] = None
    signed_by: Annotated[
        Keeper | None,
        Form("`vault` or `kms`"),
        Field(
            description="What signs digests of models: `vault`, the transit key `signing`; `kms`, a key of "
            "AWS KMS; none: they need no signature.",
            examples=["vault"],
        ),
    ] = None
    signing_keys: Annotated[
        tuple[
            Annotated[
                str,
                Form("a public key in DER and base64"),
                AfterValidator(_public_key),
                Field(max_length=500),
            ],
            ...,
        ],
        AfterValidator(distinct),
        Field(
            description="Public keys whose signatures count, as `provisioner model sign` prints them; needed "
            "with the first model. After a rotation the old one stays until nothing is signed with it.",
            examples=[[_KEY_SAMPLE]],
        ),
    ] = ()

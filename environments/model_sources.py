"""Where the artifact of a model lies, and which bytes it has to be."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, StrictBool, model_validator

from environments.diagnostics import Problem
from environments.section import Form, Section, refused

_FORMS: Final = {
    "store": (re.compile(r"[^\s?#/][^\s?#]*"), "store://<folder or file>"),
    "s3": (re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^\s?#]+"), "s3://<bucket>/<folder or file>"),
    "hf": (re.compile(r"[\w.-]+/[\w.-]+(:[\w.-]+)?"), "hf://<organisation>/<model>:<revision>"),
    "oci": (
        re.compile(r"[a-z0-9.-]+(:\d+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:[\w][\w.-]{0,127})?"),
        "oci://<registry>/<repository>:<tag>",
    ),
}
"""What may follow each scheme. `oci` is the reference grammar of the OCI distribution specification."""

_WAY_IN: Final = (
    "Secret in the team's namespace with the way in: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` of a "
    "bucket, `HF_TOKEN` of Hugging Face, or a registry's login. The environment's own store needs none."
)


def _address(uri: str) -> str:
    scheme, _, rest = uri.partition("://")
    if scheme not in _FORMS or not rest:
        written = ", ".join(f"`{form}`" for _, form in _FORMS.values())
        detail = f"`{uri}` is no address of a model that a server can fetch."
        raise refused(Problem.FORM, detail, f"write one of {written}.")
    pattern, form = _FORMS[scheme]
    if not pattern.fullmatch(rest):
        raise refused(Problem.FORM, f"`{uri}` is not of the form `{form}`.", _mended(scheme, rest, form))
    return uri


def _mended(scheme: str, rest: str, form: str) -> str:
    if scheme == "oci" and "@" in rest:
        return f"write `oci://{rest.partition('@')[0]}`, and what follows `@` as `digest`."
    return f"write the model's address as `{form}`."


class Source(Section):
    """The artifact of one version of a model; a server whose copy has another digest does not start."""

    uri: Annotated[
        str,
        Form("an address that begins with `store://`, `s3://`, `hf://` or `oci://`"),
        Field(
            max_length=1000,
            description="Address of the artifact: in the environment's store, another bucket, Hugging Face, "
            "or a registry.",
            examples=["store://ranker/17"],
        ),
        AfterValidator(_address),
    ]
    digest: Annotated[
        str,
        Form("`sha256:` and 64 hexadecimal digits"),
        Field(
            pattern=r"^sha256:[0-9a-f]{64}$",
            description="Digest of the artifact: that of an image, whose model lies in `/models`; or of one "
            "file; or of the list that `sha256sum` makes of several files, sorted by name.",
            examples=["sha256:" + "0123456789abcdef" * 4],
        ),
    ]
    sealed: Annotated[
        StrictBool,
        Field(
            description="Whether it is sealed, by what `model_store.sealed_by` says; then `digest` is that "
            "of the sealed file, and the server's disk needs room for the model twice."
        ),
    ] = False
    signature: Annotated[
        str | None,
        Form("a signature in base64, as `provisioner model sign` prints it"),
        Field(
            pattern=r"^[A-Za-z0-9+/]{80,120}={0,2}$",
            description="Signature of the digest, as this version of this model; needed with "
            "`model_store.signed_by`.",
            examples=["A" * 86 + "=="],
        ),
    ] = None
    endpoint: Annotated[
        str | None,
        Form("an address that begins with `https://` or `http://`"),
        Field(
            pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?$",
            description="Object store other than AWS's; none: S3 of the region.",
            examples=["https://s3.corp.example"],
        ),
    ] = None
    secret: Annotated[
        str | None,
        Form("the name of a Secret: lower-case letters, digits, `-` and `.`"),
        Field(
            pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
            max_length=253,
            description=_WAY_IN,
            examples=["model-store"],
        ),
    ] = None

    @property
    def scheme(self) -> Literal["store", "s3", "hf", "oci"]:
        """What has to be spoken to fetch it."""
        scheme = self.uri.partition("://")[0]
        assert scheme in ("store", "s3", "hf", "oci"), "others are refused"
        return scheme

    @property
    def image(self) -> str | None:
        """The image that it is, by its digest; None: it is something else."""
        return f"{self.uri.removeprefix('oci://')}@{self.digest}" if self.scheme == "oci" else None

    @model_validator(mode="after")
    def _endpoint_of_a_store(self) -> Self:
        if self.endpoint and self.scheme != "s3":
            detail = f"An endpoint is that of an object store, and `{self.uri}` is fetched from none."
            raise refused(
                Problem.CONTRADICTION, detail, "remove `endpoint`.", at=("endpoint",), because=("uri",)
            )
        return self

"""A private certificate authority in Vault: a root, an issuer below it, and what it issues."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from environments.diagnostics import Problem
from environments.quantities import Lasting, days, within
from environments.section import Form, Section, distinct, refused

_HOST: Final = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$"

PkiKey = Literal["ecdsa-p384", "ecdsa-p256", "rsa-4096", "rsa-3072", "rsa-2048"]

_HOUR: Final = timedelta(hours=1)


class Pki(Section):
    """Certificates for what runs in the clusters: short-lived, and renewed by cert-manager."""

    ttl: Annotated[
        timedelta,
        Lasting(_HOUR, timedelta(days=397)),  # cert-manager refuses less than an hour
        Field(description="Longest time a certificate is good for.", examples=["72h"]),
    ] = timedelta(hours=72)
    domains: Annotated[
        tuple[
            Annotated[
                str,
                Form("a host name"),
                Field(pattern=_HOST, max_length=253, examples=["corp.example"]),
            ],
            ...,
        ],
        Field(
            description="Domains in which names are certified, with all below them; besides the gateway's "
            "host, and the names of services in the cluster.",
            examples=[["corp.example"]],
        ),
        AfterValidator(distinct),
    ] = ()
    intermediate_ttl: Annotated[
        timedelta,
        Lasting(timedelta(days=1), timedelta(days=3650)),
        Field(description="How long the issuer is good for.", examples=["1825d"]),
    ] = timedelta(days=1825)
    root_ttl: Annotated[
        timedelta,
        Lasting(timedelta(days=1), timedelta(days=10950)),
        Field(description="How long the root is good for.", examples=["3650d"]),
    ] = timedelta(days=3650)
    key: Annotated[
        PkiKey, Field(description="Type of the root's and the issuer's keys, which never leave Vault.")
    ] = "ecdsa-p384"

    @model_validator(mode="after")
    def _strong(self) -> Self:
        if self.key == "rsa-2048":
            detail = (
                f"A root is trusted for years, here for {days(self.root_ttl)}, and `rsa-2048` has 112 bits "
                "of security, which NIST lets end with 2030."
            )
            raise refused(Problem.WEAK_KEY, detail, "write `key: ecdsa-p384`.", at=("key",))
        return self

    @model_validator(mode="after")
    def _inside_their_issuers(self) -> Self:
        for own, issuer, what in (
            ("ttl", "intermediate_ttl", "certificates"),
            ("intermediate_ttl", "root_ttl", "the issuer's own certificate"),
        ):
            within(self, own, issuer, f": {what} would be good when what signed them no longer is")
        return self

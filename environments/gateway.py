"""The way to the models from outside their clusters: one host, TLS, who may ask, and how often."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Discriminator, Field

from environments.quantities import Whole
from environments.section import Form, Section, distinct
from environments.short_form import Short

_HOST: Final = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$"
_OBJECT: Final = r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"
_OBJECT_FORM: Final = Form("a name of Kubernetes: lower-case letters, digits, `-` and `.`")
_ADDRESS: Final = r"^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$"
_ADDRESS_FORM: Final = Form("an address that begins with `https://`")

DEFAULT_TIMEOUT: Final = "300s"

_TLS: Final = "`issuer`: cert-manager makes the certificate; `secret`: somebody else does."
_ACCESS: Final = (
    "`keys`: who asks sends a key; `oidc`: who asks sends a token of an OpenID Connect issuer; `none`: "
    "everybody in the network may ask."
)


class IssuedTls(Section):
    """A certificate that cert-manager makes and renews."""

    kind: Annotated[Literal["issuer"], Field(description=_TLS)]
    name: Annotated[
        str,
        _OBJECT_FORM,
        Field(
            pattern=_OBJECT,
            max_length=253,
            description="ClusterIssuer that signs it.",
            examples=["corp-ca"],
        ),
    ]


class GivenTls(Section):
    """A certificate that lies in the cluster."""

    kind: Annotated[Literal["secret"], Field(description=_TLS)]
    name: Annotated[
        str,
        _OBJECT_FORM,
        Field(
            pattern=_OBJECT,
            max_length=253,
            description="Secret of type `kubernetes.io/tls` in namespace `serving`.",
            examples=["models-tls"],
        ),
    ]


Tls = Annotated[IssuedTls | GivenTls, Discriminator("kind")]


class KeyAccess(Section):
    """Who asks sends a key in the header `x-api-key`."""

    kind: Annotated[Literal["keys"], Field(description=_ACCESS)]
    secret: Annotated[
        str,
        _OBJECT_FORM,
        Field(
            pattern=_OBJECT,
            max_length=253,
            description="Secret in namespace `serving`: the name of each client, and its key.",
            examples=["model-keys"],
        ),
    ]


class TokenAccess(Section):
    """Who asks sends a token that an OpenID Connect issuer has signed, as `Authorization: Bearer …`."""

    kind: Annotated[Literal["oidc"], Field(description=_ACCESS)]
    issuer: Annotated[
        str,
        _ADDRESS_FORM,
        Field(
            pattern=_ADDRESS,
            max_length=500,
            description="Issuer, as its tokens name it.",
            examples=["https://sso.example.com"],
        ),
    ]
    jwks: Annotated[
        str,
        _ADDRESS_FORM,
        Field(
            pattern=_ADDRESS,
            max_length=500,
            description="Its keys: `jwks_uri` of its `.well-known/openid-configuration`.",
            examples=["https://sso.example.com/keys"],
        ),
    ]
    audiences: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=200, examples=["models"])], ...],
        Field(min_length=1, description="Whom its tokens have to be for.", examples=[["models"]]),
        AfterValidator(distinct),
    ]


class OpenAccess(Section):
    """Everybody in the network may ask."""

    kind: Annotated[Literal["none"], Field(description=_ACCESS)]


Access = Annotated[KeyAccess | TokenAccess | OpenAccess, Discriminator("kind"), Short("kind", ("none",))]


class RequestLimit(Section):
    """How often a model may be asked; each proxy counts for itself, and there are two or more."""

    requests: Annotated[
        Whole,
        Field(ge=1, le=4294967295, description="Requests to one model through one proxy.", examples=[100]),
    ]
    per: Annotated[Literal["second", "minute", "hour"], Field(description="In which time.")] = "second"


class Gateway(Section):
    """A gateway with an address inside the network; each model is at `https://<host>/<model>/`."""

    host: Annotated[
        str,
        Form("a host name in lower case, with at least one dot"),
        Field(
            pattern=_HOST,
            max_length=253,
            description="Name by which the models are reached; a DNS record for it is up to you.",
            examples=["models.example.com"],
        ),
    ]
    tls: Annotated[Tls, Field(description="Where its certificate comes from.")]
    access: Annotated[Access, Field(description="Who may ask.")]
    limit: Annotated[
        RequestLimit | None,
        Field(description="How often each model may be asked; none: as often as it answers."),
    ] = None
    timeout: Annotated[
        str,
        Form("a number of seconds with its unit, `300s`"),
        Field(
            pattern=r"^[1-9][0-9]{0,4}s$",
            description="How long an answer may take, to its end.",
            examples=["300s"],
        ),
    ] = DEFAULT_TIMEOUT


MaybeGateway = Gateway | None
"""The one gateway of an environment, or none."""

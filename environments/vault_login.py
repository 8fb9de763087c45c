"""How the tool logs in to Vault; no secret of it stands in a file."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Final, Literal

from pydantic import Discriminator, Field

from environments.section import Form, Section
from environments.short_form import Short

_KIND: Final = (
    "`token`: a token that is there already, in `VAULT_TOKEN`, `~/.vault-token` or Vault's token helper; "
    "`approle`, `kubernetes` and `jwt`: that method of Vault, by a role."
)
PATH: Final = r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(/[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)*$"
PATH_FORM: Final = Form("a path of Vault: letters, digits, `.`, `_` and `-`, `/` between them")

_Mount = Annotated[str, PATH_FORM, Field(pattern=PATH, max_length=200)]
_Role = Annotated[
    str,
    Form("the name of a role: letters, digits, `.`, `_` and `-`"),
    Field(
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$",
        max_length=200,
        description="Role that is logged in as.",
        examples=["provisioner"],
    ),
]


class TokenLogin(Section):
    """A token that somebody has logged in for."""

    kind: Annotated[Literal["token"], Field(description=_KIND)]


class AppRoleLogin(Section):
    """A role, and a secret that lies in a file or in `VAULT_SECRET_ID`."""

    kind: Annotated[Literal["approle"], Field(description=_KIND)]
    role_id: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="Id of the role; it is no secret.",
            examples=["db02de05-fa39-4855-059b-67221c5c2f63"],
        ),
    ]
    secret_id_file: Annotated[
        PurePosixPath | None,
        Form("a file"),
        Field(
            description="File with the secret id, as seen from this one; none: `VAULT_SECRET_ID` has it.",
            examples=["/run/secrets/vault-secret-id"],
        ),
    ] = None
    mount: Annotated[_Mount, Field(description="Where the method is mounted.", examples=["approle"])] = (
        "approle"
    )


class KubernetesLogin(Section):
    """The token of the pod that the tool runs in."""

    kind: Annotated[Literal["kubernetes"], Field(description=_KIND)]
    role: _Role
    token_file: Annotated[
        PurePosixPath | None,
        Form("a file"),
        Field(
            description="File with the token; none: where Kubernetes puts it.",
            examples=["/var/run/secrets/kubernetes.io/serviceaccount/token"],
        ),
    ] = None
    mount: Annotated[_Mount, Field(description="Where the method is mounted.", examples=["kubernetes"])] = (
        "kubernetes"
    )


class JwtLogin(Section):
    """A token that somebody else has signed, such as the one of a pipeline."""

    kind: Annotated[Literal["jwt"], Field(description=_KIND)]
    role: _Role
    token_file: Annotated[
        PurePosixPath | None,
        Form("a file"),
        Field(
            description="File with the token, as seen from this one; none: `VAULT_JWT` has it.",
            examples=["./token.jwt"],
        ),
    ] = None
    mount: Annotated[_Mount, Field(description="Where the method is mounted.", examples=["jwt"])] = "jwt"


Login = Annotated[
    TokenLogin | AppRoleLogin | KubernetesLogin | JwtLogin, Discriminator("kind"), Short("kind", ("token",))
]

TOKEN: Final = TokenLogin(kind="token")

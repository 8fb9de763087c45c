"""HashiCorp's Vault beside, or in place of, AWS's Key Management Service: where it is, and what it has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from environments.diagnostics import Problem
from environments.loopback import is_loopback
from environments.quantities import Lasting, within
from environments.section import Form, Section, distinct, refused
from environments.vault_keys import Limits, TransitKeys, each_key_once
from environments.vault_login import PATH, PATH_FORM, TOKEN, Login
from environments.vault_pki import Pki
from environments.vault_policies import GROUP, Mounts, VaultPolicy, apart, named_apart

_ADDRESS: Final = r"^https?://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:[1-9][0-9]{0,4})?$"
_ADDRESS_FORM: Final = Form("an address, `https://<host>:<port>`")
_HTTPS: Final = r"^https://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~/-]*)?$"
_HTTPS_FORM: Final = Form("an address that begins with `https://`")


def _in_secret(address: str) -> str:
    if address.startswith("http://") and not is_loopback(urlsplit(address).hostname or ""):
        detail = (
            f"`{address}` is plain http: tokens and secrets would pass through the network for all to read. "
            "That is good enough on loopback alone."
        )
        fix = f"write `address: {address.replace('http', 'https', 1)}`, and `ca` if nobody public signed it."
        raise refused(Problem.PLAIN_HTTP, detail, fix)
    return address


class ClusterAccess(Section):
    """How Vault reaches the interface of an existing cluster, to ask it who a pod is."""

    host: Annotated[
        str,
        _HTTPS_FORM,
        Field(
            pattern=_HTTPS,
            max_length=500,
            description="Address of the cluster's interface, as Vault reaches it.",
            examples=["https://10.0.0.1:6443"],
        ),
    ]
    ca: Annotated[
        PurePosixPath | None,
        Form("a file"),
        Field(
            description="File beside this one with the certificates that the interface is trusted by; none: "
            "those of Vault's own machine.",
            examples=["cluster-ca.pem"],
        ),
    ] = None
    audience: Annotated[
        str,
        Field(
            min_length=1,
            max_length=500,
            description="Whom tokens for the interface are for: `--api-audiences` of the cluster, or its "
            "issuer; cert-manager asks for one.",
            examples=["https://kubernetes.default.svc"],
        ),
    ] = "https://kubernetes.default.svc.cluster.local"


class People(Section):
    """Who people are: an OpenID Connect issuer, whose tokens name their groups."""

    issuer: Annotated[
        str,
        _HTTPS_FORM,
        Field(
            pattern=_HTTPS,
            max_length=500,
            description="Issuer, as its tokens name it; Vault asks it for its keys.",
            examples=["https://sso.example.com"],
        ),
    ]
    audiences: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=200, examples=["vault"])], ...],
        Field(min_length=1, description="Whom its tokens have to be for.", examples=[["vault"]]),
        AfterValidator(distinct),
    ]
    user_claim: Annotated[
        str, Field(min_length=1, max_length=100, description="Claim that names the person.")
    ] = "sub"
    groups_claim: Annotated[
        str, Field(min_length=1, max_length=100, description="Claim that lists their groups.")
    ] = "groups"
    administrators: Annotated[
        tuple[
            Annotated[
                str,
                Form("a group as the issuer knows it"),
                Field(pattern=GROUP, max_length=253, examples=["security"]),
            ],
            ...,
        ],
        Field(
            description="Groups that rotate and configure keys, and cannot use them.", examples=[["security"]]
        ),
        AfterValidator(distinct),
    ] = ()


class Leases(Section):
    """Accounts in databases that Vault makes when one is asked for, and removes when its time is over."""

    ttl: Annotated[
        timedelta,
        Lasting(timedelta(minutes=5), timedelta(days=30)),
        Field(description="How long an account is good for, unless it is renewed.", examples=["1h"]),
    ] = timedelta(hours=1)
    max_ttl: Annotated[
        timedelta,
        Lasting(timedelta(minutes=5), timedelta(days=30)),
        Field(description="How long it may be renewed.", examples=["24h"]),
    ] = timedelta(hours=24)
    user: Annotated[
        str,
        Form("a name of PostgreSQL: lower-case letters, digits and `_`, beginning with a letter"),
        Field(
            pattern=r"^[a-z][a-z0-9_]*$",
            max_length=63,
            description="Vault's own user in each database: may create roles, is a member of "
            "`pg_signal_backend`, and may give `pg_read_all_data` and `pg_write_all_data`.",
            examples=["vault"],
        ),
    ] = "vault"
    passwords: Annotated[
        PurePosixPath,
        Form("a folder"),
        Field(
            description="Folder beside this file with that user's first password in each database, in a file "
            "of the database's name. It is only read while a connection is made; keep it out of version "
            "control, and have Vault change the password with `rotate-root`.",
            examples=["passwords"],
        ),
    ] = PurePosixPath("passwords")
    ca: Annotated[
        PurePosixPath | None,
        Form("a file"),
        Field(
            description="File beside this one with the certificates that the databases are trusted by, such "
            "as AWS's bundle; none: connections are encrypted, and nobody looks who answers.",
            examples=["rds-ca.pem"],
        ),
    ] = None

    @model_validator(mode="after")
    def _renewed_within(self) -> Self:
        within(self, "ttl", "max_ttl")
        return self


class Vault(Section):
    """One Vault, which may serve many environments: what is this one's begins with its name."""

    address: Annotated[
        str,
        _ADDRESS_FORM,
        Field(
            pattern=_ADDRESS,
            max_length=500,
            description="Address of the server; plain `http` on loopback only.",
            examples=["https://vault.example.com:8200"],
        ),
        AfterValidator(_in_secret),
    ]
    namespace: Annotated[
        str | None,
        PATH_FORM,
        Field(
            pattern=PATH,
            max_length=200,
            description="Namespace of Vault Enterprise or HCP; none: the root namespace.",
            examples=["ml"],
        ),
    ] = None
    ca: Annotated[
        PurePosixPath | None,
        Form("a file"),
        Field(
            description="File beside this one with the certificates that the server is trusted by; none: "
            "those of the machine.",
            examples=["vault-ca.pem"],
        ),
    ] = None
    login: Annotated[Login, Field(description="How the tool logs in.")] = TOKEN
    limits: Annotated[Limits, Field(description="How long keys may stay as they are.")] = Limits()
    transit: Annotated[
        TransitKeys,
        Field(
            description="Keys in Vault's transit engine.",
            examples=[["models", {"name": "releases", "purpose": "sign"}]],
        ),
        AfterValidator(each_key_once),
    ] = ()
    mounts: Annotated[
        Mounts,
        Field(
            description="Further places for secrets; each team has `kv/teams/<team>` already.",
            examples=[["archive"]],
        ),
        AfterValidator(apart),
    ] = ()
    pki: Annotated[
        Pki | None, Field(description="A private certificate authority; none: there is none.", examples=[{}])
    ] = None
    databases: Annotated[
        Leases | None,
        Field(
            description="Accounts in the PostgreSQL databases of `data_services`; none: by IAM alone.",
            examples=[{}],
        ),
    ] = None
    kubernetes: Annotated[
        ClusterAccess | None,
        Field(
            description="Where Vault finds the interface of an existing cluster; of one on EKS it is known.",
            examples=[{"host": "https://10.0.0.1:6443"}],
        ),
    ] = None
    secrets: Annotated[
        Literal["vault_operator", "external_secrets"] | None,
        Form("`vault_operator` or `external_secrets`"),
        Field(
            description="Software by which secrets get into the clusters as Kubernetes' own: Vault Secrets "
            "Operator, or External Secrets; none: none.",
            examples=["vault_operator"],
        ),
    ] = None
    people: Annotated[
        People | None,
        Field(
            description="How people log in, and who administers keys; none: that is somebody else's.",
            examples=[{"issuer": "https://sso.example.com", "audiences": ["vault"]}],
        ),
    ] = None
    policies: Annotated[
        tuple[VaultPolicy, ...],
        Field(description="Policies of your own."),
        AfterValidator(named_apart),
    ] = ()
    audit: Annotated[
        PurePosixPath | None,
        Form("a file on Vault's own machine"),
        Field(
            description="File on Vault's own machine that every request is written to; none: who runs Vault "
            "sees to that.",
            examples=["/vault/audit/prod.log"],
        ),
    ] = None

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine."""
        return is_loopback(urlsplit(self.address).hostname or "")

    @model_validator(mode="after")
    def _rotated_in_time(self) -> Self:
        for number, key in enumerate(self.transit):
            if said := self.limits.too_long(key.rotation):
                at = ("transit", number, "rotation")
                raise refused(Problem.ROTATION, *said, at=at, because=("limits.rotation",))
        return self

    @model_validator(mode="after")
    def _with_people(self) -> Self:
        for number, policy in enumerate(self.policies):
            if policy.groups and not self.people:
                detail = "Groups are those that an issuer's tokens name, and no issuer is."
                fix = "add `people: {issuer: …, audiences: […]}`, or remove `groups`."
                at = ("policies", number, "groups")
                raise refused(Problem.MISSING, detail, fix, at=at, because=("people",), blame="name")
        return self

    @property
    def needs_pods(self) -> Sequence[str]:
        """The settings by which pods log in, as far as they are written."""
        by_policy = [f"policies[{number}].workloads" for number, each in enumerate(self.policies)
                     if each.workloads]  # fmt: skip
        named = [name for name in ("secrets", "pki", "databases") if getattr(self, name)]
        return (*named, *by_policy)


MaybeVault = Vault | None
"""What `encryption.vault` holds."""

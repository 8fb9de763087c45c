"""Auth methods: who is let in by AppRole, Kubernetes, JWT or OIDC, and AWS, and with which policies."""

from __future__ import annotations

from typing import Any, Final

from provisioner.providers.vault.catalog.sys import AUTH_BACKEND, TUNED
from provisioner.providers.vault.catalog.tokens import CIDRS, TOKEN
from provisioner.providers.vault.codecs import CLAIMS, JSON_TEXT, LINES, LIST, SECONDS, SET, TEXTS
from provisioner.providers.vault.spec import (
    LOCAL,
    ONCE,
    REPLACE,
    SAME,
    Call,
    Codec,
    Field,
    ResourceSpec,
    Text,
    alike,
    always,
    number_of,
    snake,
)

_ENTERPRISE: Final = "it is a rotation that Vault Enterprise makes"
_WRAPPED: Final = "a wrapped secret id is handed to somebody once; have the program that needs it ask for it"


def _role(type: str, own: tuple[Field, ...], method: str, **said: Any) -> ResourceSpec:
    """A role of an auth method: a document at a path of its own."""
    name = said.pop("named", "roleName")
    path = f"auth/{{backend}}/role/{{{name}}}"
    return ResourceSpec(
        type=type,
        id=Text(path),
        create=Call(path),
        read=Call(path, "GET"),
        delete=Call(path, "DELETE"),
        fields=(
            Field(name, REPLACE, required=True, read=None),
            Field("backend", REPLACE, default=method, read=None),
            *own,
            *TOKEN,
        ),
        **said,
    )


APPROLE: Final = _role(
    "vault:appRole/authBackendRole:AuthBackendRole",
    (
        Field("roleId", Call("auth/{backend}/role/{roleName}/role-id"), computed=True, read="roleId.role_id"),
        Field("bindSecretId", default=True),
        Field("localSecretIds", ONCE, default=False, replaces=always),
        Field("secretIdBoundCidrs", codec=CIDRS, reset=[]),
        Field("secretIdNumUses", reset=0),
        Field("secretIdTtl", codec=SECONDS, reset=0),
    ),
    "approle",
    also={"roleId": Call("auth/{backend}/role/{roleName}/role-id", "GET")},
)

_OF_ROLE: Final = "auth/{backend}/role/{roleName}"
CUSTOM: Final = Call(f"{_OF_ROLE}/custom-secret-id", repeatable=False)
"""For a secret id that somebody has made up, where Vault would make one."""

_THIS: Final = {"secret_id_accessor": "{accessor}"}

SECRET_ID: Final = ResourceSpec(
    type="vault:appRole/authBackendRoleSecretId:AuthBackendRoleSecretId",
    id=Text("backend={backend}::role={roleName}::accessor={accessor}"),
    create=Call(f"{_OF_ROLE}/secret-id", repeatable=False),
    read=Call(f"{_OF_ROLE}/secret-id-accessor/lookup", sends=_THIS),
    delete=Call(f"{_OF_ROLE}/secret-id-accessor/destroy", sends=_THIS),
    absent=("failed to find accessor entry",),
    fields=(
        Field("roleName", REPLACE, required=True, read=None),
        Field("backend", REPLACE, default="approle", read=None),
        Field("secretId", REPLACE, computed=True, may_be_silent=True),
        Field("metadata", REPLACE, JSON_TEXT, read=None),
        Field("cidrLists", REPLACE, CIDRS, api="cidr_list"),
        Field("tokenBoundCidrs", REPLACE, CIDRS),
        Field("ttl", REPLACE, SECONDS, read=None),
        Field("numUses", REPLACE, read=None),
    ),
    outputs={"accessor": "secret_id_accessor", "wrappingAccessor": "wrapping", "wrappingToken": "wrapping"},
    unsupported={"withWrappedAccessor": _WRAPPED, "wrappingTtl": _WRAPPED},
)

KUBERNETES_ROLE: Final = _role(
    "vault:kubernetes/authBackendRole:AuthBackendRole",
    (
        Field("boundServiceAccountNames", codec=SET, required=True),
        Field("boundServiceAccountNamespaces", codec=SET, reset=[]),
        Field("boundServiceAccountNamespaceSelector", reset=""),
        Field("audience", default="", reset=""),
        Field("aliasNameSource", computed=True),
    ),
    "kubernetes",
)

_CONFIG: Final = "auth/{backend}/config"

KUBERNETES_CONFIG: Final = ResourceSpec(
    type="vault:kubernetes/authBackendConfig:AuthBackendConfig",
    id=Text(_CONFIG),
    create=Call(_CONFIG),
    read=Call(_CONFIG, "GET"),
    delete=None,
    fields=(
        Field("backend", REPLACE, default="kubernetes", read=None),
        Field("kubernetesHost", required=True),
        Field("kubernetesCaCert", codec=LINES, computed=True),
        Field("tokenReviewerJwt", default="", read=None, reset=""),
        Field("tokenReviewerJwtWo", api="token_reviewer_jwt", written_only="tokenReviewerJwtWoVersion"),
        number_of("tokenReviewerJwtWoVersion"),
        Field("pemKeys", codec=LIST, reset=[]),
        Field("issuer", reset=""),
        *alike("disableIssValidation", "disableLocalCaJwt", "useAnnotationsAsAliasMetadata", computed=True),
    ),
)

_JWT_OWN: Final = Call("auth/{id}/config")

_JWT_TEXTS: Final = (
    "boundIssuer",
    "defaultRole",
    "jwksUrl",
    "oidcClientId",
    "oidcDiscoveryUrl",
    "oidcResponseMode",
)
_JWT_LISTS: Final = ("jwtSupportedAlgs", "jwtValidationPubkeys", "oidcResponseTypes")


def _own(prop: str, codec: Codec = SAME, **said: Any) -> Field:
    """A setting of the method itself, beside those of its mount."""
    return Field(prop, _JWT_OWN, codec, read=f"own.{snake(prop)}", with_create=False, **said)


JWT_BACKEND: Final = ResourceSpec(
    type="vault:jwt/authBackend:AuthBackend",
    id=Text("{path}"),
    create=AUTH_BACKEND.create,
    read=AUTH_BACKEND.read,
    also={"own": Call("auth/{id}/config", "GET")},
    update=AUTH_BACKEND.update,
    delete=AUTH_BACKEND.delete,
    absent=AUTH_BACKEND.absent,
    fields=(
        Field("type", REPLACE, default="jwt"),
        Field("path", default="jwt", read=None),
        Field("description", reset=""),
        Field("local", REPLACE, default=False),
        TUNED,
        Field("disableRemount", LOCAL),
        Field("namespaceInState", LOCAL, default=True),
        *(_own(prop, reset="") for prop in _JWT_TEXTS),
        *(_own(prop, LINES, reset="") for prop in ("jwksCaPem", "oidcDiscoveryCaPem")),
        *(_own(prop, LIST, reset=[]) for prop in _JWT_LISTS),
        _own("jwksPairs", reset=[]),
        _own("providerConfig", TEXTS, reset={}),
        Field("oidcClientSecret", _JWT_OWN, read=None, reset="", with_create=False),
        Field(
            "oidcClientSecretWo",
            _JWT_OWN,
            api="oidc_client_secret",
            written_only="oidcClientSecretWoVersion",
            with_create=False,
        ),
        number_of("oidcClientSecretWoVersion", _JWT_OWN, with_create=False),
    ),
    outputs={"accessor": "accessor"},
    unique=("path",),
)

JWT_ROLE: Final = _role(
    "vault:jwt/authBackendRole:AuthBackendRole",
    (
        Field("roleType", REPLACE, computed=True),
        Field("userClaim", required=True),
        *alike("boundAudiences", "allowedRedirectUris", "oidcScopes", codec=SET, reset=[]),
        *alike("boundSubject", "groupsClaim", reset=""),
        Field("boundClaimsType", computed=True),
        Field("boundClaims", codec=CLAIMS, reset={}),
        Field("claimMappings", codec=TEXTS, reset={}),
        *alike("clockSkewLeeway", "expirationLeeway", "notBeforeLeeway", codec=SECONDS, default=0),
        Field("maxAge", codec=SECONDS, reset=0),
        Field("verboseOidcLogging", default=False),
        Field("userClaimJsonPointer", default=False),
        Field("disableBoundClaimsParsing", LOCAL, default=False),
    ),
    "jwt",
)

_CLIENT: Final = "auth/{backend}/config/client"

AWS_CLIENT: Final = ResourceSpec(
    type="vault:aws/authBackendClient:AuthBackendClient",
    id=Text(_CLIENT),
    create=Call(_CLIENT),
    read=Call(_CLIENT, "GET"),
    delete=Call(_CLIENT, "DELETE"),
    fields=(
        Field("backend", REPLACE, default="aws", read=None),
        Field("accessKey", reset=""),
        Field("secretKey", read=None, reset=""),
        Field("secretKeyWo", api="secret_key", written_only="secretKeyWoVersion"),
        number_of("secretKeyWoVersion"),
        *alike(
            *("ec2Endpoint", "iamEndpoint", "stsEndpoint", "stsRegion", "iamServerIdHeaderValue", "roleArn"),
            reset="",
        ),
        Field("identityTokenAudience", reset=""),
        Field("identityTokenTtl", codec=SECONDS, computed=True),
        Field("useStsRegionFromClient", computed=True),
        Field("allowedStsHeaderValues", codec=SET, reset=[]),
        Field("maxRetries", default=-1),
    ),
    unsupported=dict.fromkeys(
        ("disableAutomatedRotation", "rotationPeriod", "rotationSchedule", "rotationWindow"), _ENTERPRISE
    ),
)

_BOUND: Final = (
    ("boundAmiIds", "bound_ami_id"),
    ("boundAccountIds", "bound_account_id"),
    ("boundRegions", "bound_region"),
    ("boundVpcIds", "bound_vpc_id"),
    ("boundSubnetIds", "bound_subnet_id"),
    ("boundIamRoleArns", "bound_iam_role_arn"),
    ("boundIamInstanceProfileArns", "bound_iam_instance_profile_arn"),
    ("boundEc2InstanceIds", "bound_ec2_instance_id"),
    ("boundIamPrincipalArns", "bound_iam_principal_arn"),
)

_EC2_ONLY: Final = Codec(encode=lambda value: value or None, decode=bool)
"""Vault refuses to be told even `false` of a role that is not for instances."""

AWS_ROLE: Final = _role(
    "vault:aws/authBackendRole:AuthBackendRole",
    (
        Field("authType", REPLACE, default="iam"),
        *(Field(prop, codec=SET, api=api, reset=[]) for prop, api in _BOUND),
        Field("roleTag", reset=""),
        *alike("inferredEntityType", "inferredAwsRegion", reset=""),
        Field("resolveAwsUniqueIds", default=True),
        *alike("allowInstanceMigration", "disallowReauthentication", codec=_EC2_ONLY, default=False),
    ),
    "aws",
    named="role",
    outputs={"roleId": "role_id"},
)

_STS: Final = "auth/{backend}/config/sts/{accountId}"

AWS_STS_ROLE: Final = ResourceSpec(
    type="vault:aws/authBackendStsRole:AuthBackendStsRole",
    id=Text(_STS),
    create=Call(_STS),
    read=Call(_STS, "GET"),
    delete=Call(_STS, "DELETE"),
    fields=(
        Field("accountId", REPLACE, required=True, read=None),
        Field("backend", REPLACE, default="aws", read=None),
        Field("stsRole", required=True),
        Field("externalId", reset=""),
    ),
)

SPECS: Final = (
    APPROLE,
    SECRET_ID,
    KUBERNETES_CONFIG,
    KUBERNETES_ROLE,
    JWT_BACKEND,
    JWT_ROLE,
    AWS_CLIENT,
    AWS_ROLE,
    AWS_STS_ROLE,
)

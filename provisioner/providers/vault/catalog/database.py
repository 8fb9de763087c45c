"""The database secrets engine: connections to databases, and roles whose passwords end with a lease."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from provisioner.providers.vault.codecs import LIST, SECONDS, TEXTS, seconds
from provisioner.providers.vault.spec import REPLACE, Call, Codec, Field, Name, ResourceSpec, Text, snake

_OTHERS: Final = (
    *("cassandra", "couchbase", "elasticsearch", "hana", "influxdb", "mongodb", "mongodbatlas", "mssql"),
    *("mysql", "mysqlAurora", "mysqlLegacy", "mysqlRds", "oracle", "redis", "redisElasticache", "redshift"),
    "snowflake",
)
_ENTERPRISE: Final = "it is a rotation that Vault Enterprise makes"

_CONNECTION: Final = "{backend}/config/{name}"
_DURATIONS: Final = ("maxConnectionLifetime",)
_NOT_SENT: Final = ("passwordWoVersion",)
_RENAMED: Final = {"passwordWo": "password", "tlsCertificate": "tls_certificate", "tlsCa": "tls_ca"}
_MEMBERS: Final = (
    *("authType", "connectionUrl", "disableEscaping", "maxConnectionLifetime", "maxIdleConnections"),
    *("maxOpenConnections", "passwordAuthentication", "selfManaged", "serviceAccountJson", "tlsCa"),
    *("tlsCertificate", "username", "usernameTemplate"),
)
"""What Vault tells of a connection; passwords and keys it does not."""

_SECRET: Final = ("connectionUrl", "password", "privateKey", "serviceAccountJson")
"""An address is one because a password may stand in it."""


def _sent(value: Any) -> dict[str, Any]:
    members = cast("Mapping[str, Any]", value)
    return {
        _RENAMED.get(name, snake(name)): item
        for name, item in members.items()
        if item is not None and name not in _NOT_SENT
    }


def _told(value: Any) -> dict[str, Any]:
    found = cast("Mapping[str, Any]", value)
    return {name: found[snake(name)] for name in _MEMBERS if found.get(snake(name)) not in (None, "")}


def _normal(value: Any) -> dict[str, Any]:
    """Without what is nothing, and without a value that is written only: its number says that it changed."""
    return {
        name: seconds(item) if name in _DURATIONS else item
        for name, item in value.items()
        if name != "passwordWo" and seconds(item) not in (None, "", False, 0)
    }


CONNECTION: Final = ResourceSpec(
    type="vault:database/secretBackendConnection:SecretBackendConnection",
    id=Text(_CONNECTION),
    create=Call(_CONNECTION),
    read=Call(_CONNECTION, "GET"),
    delete=Call(_CONNECTION, "DELETE"),
    fields=(
        Field("backend", REPLACE, required=True, read=None),
        Field("name", REPLACE, read=None),
        Field("pluginName", computed=True),
        Field("pluginVersion", computed=True, may_be_silent=True),
        Field("verifyConnection", default=True, read=None),
        Field("allowedRoles", codec=LIST, reset=[]),
        Field("rootRotationStatements", codec=LIST, reset=[], api="root_rotation_statements"),
        Field("passwordPolicy", reset=""),
        Field("data", codec=TEXTS, read=None, is_spread=True),
        Field(
            "postgresql",
            codec=Codec(_sent, _told, _normal),
            read="connection_details",
            partial=True,
            is_spread=True,
        ),
    ),
    name=Name(),
    inner_written_only={"postgresql.passwordWo": "postgresql.passwordWoVersion"},
    secret=("data", *(f"postgresql.{name}" for name in _SECRET)),
    unsupported={
        **dict.fromkeys(_OTHERS, "databases are PostgreSQL here"),
        "skipStaticRoleImportRotation": _ENTERPRISE,
        **dict.fromkeys(
            ("disableAutomatedRotation", "rotationPeriod", "rotationSchedule", "rotationWindow"), _ENTERPRISE
        ),
    },
)

_ROLE: Final = "{backend}/roles/{name}"

ROLE: Final = ResourceSpec(
    type="vault:database/secretBackendRole:SecretBackendRole",
    id=Text(_ROLE),
    create=Call(_ROLE),
    read=Call(_ROLE, "GET"),
    delete=Call(_ROLE, "DELETE"),
    fields=(
        Field("backend", REPLACE, required=True, read=None),
        Field("name", REPLACE, read=None),
        Field("dbName", REPLACE, required=True),
        Field("defaultTtl", codec=SECONDS, reset=0),
        Field("maxTtl", codec=SECONDS, reset=0),
        Field("creationStatements", codec=LIST, required=True),
        *(
            Field(prop, codec=LIST, reset=[])
            for prop in ("revocationStatements", "rollbackStatements", "renewStatements")
        ),
        Field("credentialType", computed=True),
        Field("credentialConfig", codec=TEXTS, may_be_silent=True),
    ),
    name=Name(),
)

SPECS: Final = (CONNECTION, ROLE)

"""Identity: entities (people and programs), their groups, and what an auth method calls them."""

from __future__ import annotations

from typing import Final

from provisioner.providers.vault.codecs import SET, TEXTS
from provisioner.providers.vault.spec import LOCAL, REPLACE, Call, Field, Name, ResourceSpec

_BY_ALIAS: Final = {"alias_name": "{name}", "alias_mount_accessor": "{mountAccessor}"}

GROUP: Final = ResourceSpec(
    type="vault:identity/group:Group",
    id="id",
    create=Call("identity/group"),
    read=Call("identity/group/id/{id}", "GET"),
    look=Call("identity/group/name/{name}", "GET"),
    update=Call("identity/group/id/{id}"),
    delete=Call("identity/group/id/{id}", "DELETE"),
    fields=(
        Field("name"),
        Field("type", REPLACE, default="internal"),
        Field("metadata", codec=TEXTS, reset={}),
        Field("policies", codec=SET, reset=[], unless="externalPolicies"),
        Field("memberEntityIds", codec=SET, reset=[], unless="externalMemberEntityIds"),
        Field("memberGroupIds", codec=SET, reset=[], unless="externalMemberGroupIds"),
        Field("externalPolicies", LOCAL, default=False),
        Field("externalMemberEntityIds", LOCAL, default=False),
        Field("externalMemberGroupIds", LOCAL, default=False),
    ),
    name=Name(),
    unique=("name",),
)

GROUP_ALIAS: Final = ResourceSpec(
    type="vault:identity/groupAlias:GroupAlias",
    id="id",
    create=Call("identity/group-alias"),
    read=Call("identity/group-alias/id/{id}", "GET"),
    look=Call("identity/lookup/group", sends=_BY_ALIAS),
    update=Call("identity/group-alias/id/{id}"),
    delete=Call("identity/group-alias/id/{id}", "DELETE"),
    fields=(
        Field("name", required=True),
        Field("mountAccessor", required=True),
        Field("canonicalId", required=True),
    ),
    unique=("name", "mountAccessor"),
)

ENTITY: Final = ResourceSpec(
    type="vault:identity/entity:Entity",
    id="id",
    create=Call("identity/entity"),
    read=Call("identity/entity/id/{id}", "GET"),
    look=Call("identity/entity/name/{name}", "GET"),
    update=Call("identity/entity/id/{id}"),
    delete=Call("identity/entity/id/{id}", "DELETE"),
    fields=(
        Field("name"),
        Field("metadata", codec=TEXTS, reset={}),
        Field("policies", codec=SET, reset=[], unless="externalPolicies"),
        Field("disabled", reset=False),
        Field("externalPolicies", LOCAL, default=False),
    ),
    name=Name(),
    unique=("name",),
)

ENTITY_ALIAS: Final = ResourceSpec(
    type="vault:identity/entityAlias:EntityAlias",
    id="id",
    create=Call("identity/entity-alias"),
    read=Call("identity/entity-alias/id/{id}", "GET"),
    look=Call("identity/lookup/entity", sends=_BY_ALIAS),
    update=Call("identity/entity-alias/id/{id}"),
    delete=Call("identity/entity-alias/id/{id}", "DELETE"),
    fields=(
        Field("name"),
        Field("mountAccessor", required=True),
        Field("canonicalId", required=True),
        Field("customMetadata", codec=TEXTS, reset={}),
        Field("externalId", REPLACE, may_be_silent=True),
        Field("issuer", REPLACE, may_be_silent=True),
    ),
    name=Name(),
    unique=("name", "mountAccessor"),
)

SPECS: Final = (GROUP, GROUP_ALIAS, ENTITY, ENTITY_ALIAS)

"""What a program looks up (`vault:…:get…`).

No secret is among it: what a lookup answers is marked by nobody, and would stand in a plan for all to read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Final, cast

from provisioner.plan.values import Properties
from provisioner.providers.interface import Refused
from provisioner.providers.vault.refusals import rejected
from provisioner.providers.vault.session import Session

Function = Callable[[Session | None, Properties], Properties]


def _policy_document(_: Session | None, arguments: Properties) -> Properties:
    """A policy in Vault's language, from its rules. Nobody is asked."""
    rules = cast("list[Properties]", arguments.get("rules") or [])
    text = "\n\n".join("\n".join(_rule(rule)) for rule in rules)
    digest = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])
    return {"hcl": text, "id": str(digest), "rules": rules, "namespace": arguments.get("namespace")}


_SETTINGS: Final = {
    "capabilities": "capabilities",
    "requiredParameters": "required_parameters",
    "subscribeEventTypes": "subscribe_event_types",
    "minWrappingTtl": "min_wrapping_ttl",
    "maxWrappingTtl": "max_wrapping_ttl",
}
_PARAMETERS: Final = {"allowedParameters": "allowed_parameters", "deniedParameters": "denied_parameters"}


def _rule(rule: Properties) -> Iterator[str]:
    if rule.get("description"):
        yield f"# {rule['description']}"
    yield f'path "{rule["path"]}" {{'
    for prop, word in _SETTINGS.items():
        if rule.get(prop):
            yield f"  {word} = {json.dumps(rule[prop])}"
    for prop, word in _PARAMETERS.items():
        if rule.get(prop):
            yield f"  {word} = {{"
            for each in cast("list[Properties]", rule[prop]):
                yield f"    {json.dumps(each['key'])} = {json.dumps(each['values'])}"
            yield "  }"
    yield "}"


def _auth_backend(session: Session | None, arguments: Properties) -> Properties:
    """An auth method that is there already, by its path."""
    path = str(arguments.get("path")).strip("/")
    found = _told(session, f"sys/auth/{path}", arguments)
    config = cast("Properties", found.get("config") or {})
    return {
        "path": path,
        "id": path,
        "accessor": found.get("accessor"),
        "type": found.get("type"),
        "description": found.get("description"),
        "local": found.get("local"),
        "defaultLeaseTtlSeconds": config.get("default_lease_ttl"),
        "maxLeaseTtlSeconds": config.get("max_lease_ttl"),
        "listingVisibility": config.get("listing_visibility") or "",
        "namespace": arguments.get("namespace"),
    }


def _role_id(session: Session | None, arguments: Properties) -> Properties:
    """The id by which an AppRole is named when it logs in; it is no secret."""
    backend, role = arguments.get("backend") or "approle", arguments.get("roleName")
    path = f"auth/{backend}/role/{role}/role-id"
    found = _told(session, path, arguments)
    return {
        "backend": backend,
        "id": path,
        "roleId": found.get("role_id"),
        "roleName": role,
        "namespace": arguments.get("namespace"),
    }


def _told(session: Session | None, path: str, arguments: Properties) -> Properties:
    """What Vault has at the path. Raises `Refused` if it has nothing."""
    if session is None:
        raise Refused("where this Vault is is not known yet")
    answer = session.call("GET", path, namespace=str(arguments.get("namespace") or ""))
    if not answer.is_good:
        raise rejected(answer, f"{path} cannot be looked up")
    return answer.data


FUNCTIONS: Final[Mapping[str, Function]] = {
    "vault:appRole/getAuthBackendRoleId:getAuthBackendRoleId": _role_id,
    "vault:index/getAuthBackend:getAuthBackend": _auth_backend,
    "vault:index/getPolicyDocument:getPolicyDocument": _policy_document,
}
"""By token."""

"""KMS: grants as AWS answers about them: in pages, with the key's ARN, and one for a repeated request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from provisioner.local.kms import key_of
from provisioner.local.operation import Answer, Call, Operation, Refusal, kept, now

PAGE: Final = 50
"""Grants in an answer, if the request names no `Limit`."""

_SAME: Final = ("GranteePrincipal", "RetiringPrincipal", "Operations", "Constraints", "Name")
"""What two requests have in common if the second one makes no grant of its own."""


def create_grant(call: Call) -> Answer:
    """The grant; of a request with a name that was made before, the grant that it made."""
    key = key_of(call)
    if key.key_state.startswith("Pending"):
        raise Refusal("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if not key.enabled:
        raise Refusal("DisabledException", f"{key.arn} is disabled.")
    wanted = {name: call.get(name) for name in _SAME}
    there = (grant for grant in key.grants.values() if call.has("Name") and kept(grant, "asked") == wanted)
    grant = next(there, None)
    if grant is None:
        grant = key.add_grant(
            call.get("Name"),
            call["GranteePrincipal"],
            call["Operations"],
            constraints=call.get("Constraints"),
            retiring_principal=call.get("RetiringPrincipal"),
        )
        kept(grant, "asked").update(wanted)
        kept(grant, "told").update({"CreationDate": now()})
    return {"GrantId": grant.id, "GrantToken": grant.token}


def list_grants(call: Call) -> Answer:
    """The grants on a key, a page at a time: all, one, or those of a grantee."""
    key = key_of(call)
    if call.has("GrantId"):
        _grant(key, call["GrantId"])
    grants = [_told(call, key, grant) for grant in key.grants.values()]
    found = [
        told
        for told in grants
        if all(told[name] == call.get(name, told[name]) for name in ("GrantId", "GranteePrincipal"))
    ]
    start, limit = _start(call), call.get("Limit", PAGE)
    end = start + limit
    more = end < len(found)
    return {"Grants": found[start:end], "Truncated": more, "NextMarker": str(end) if more else None}


def revoke_grant(call: Call) -> Answer:
    """Nothing: the grant is gone."""
    key = key_of(call)
    del key.grants[_grant(key, call["GrantId"]).id]
    return {}


def retire_grant(call: Call) -> Answer:
    """Nothing: the grant, named by its token, or by its id and its key's ARN, is gone."""
    if call.has("GrantToken"):
        _retire_by_token(call, call["GrantToken"])
        return {}
    if not call.get("KeyId", "").startswith("arn:"):
        raise Refusal("InvalidArnException", f"{call.get('KeyId')} is not the ARN of a key.")
    return revoke_grant(call)


def _retire_by_token(call: Call, token: str) -> None:
    for key in call.backend.keys.values():
        for grant in [grant for grant in key.grants.values() if grant.token == token]:
            del key.grants[grant.id]
            return
    raise Refusal("InvalidGrantTokenException", "The grant token is not one of a grant.")


def _grant(key: Any, id: str) -> Any:
    found = key.grants.get(id)
    if found is None:
        raise Refusal("NotFoundException", f"Grant ID {id} not found")
    return found


def _start(call: Call) -> int:
    marker = call.get("Marker", "0")
    if not marker.isdecimal():
        raise Refusal("InvalidMarkerException", f"{marker} is not a marker of an earlier answer.")
    return int(marker)


def _told(call: Call, key: Any, grant: Any) -> Mapping[str, Any]:
    return {
        **{name: value for name, value in grant.to_json().items() if value is not None},
        **kept(grant, "told"),
        "KeyId": key.arn,
        "IssuingAccount": f"arn:{call.partition}:iam::{call.account}:root",
    }


OPERATIONS: Final[tuple[Operation, ...]] = (create_grant, list_grants, revoke_grant, retire_grant)

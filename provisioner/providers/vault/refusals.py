"""What a Vault means by an answer that is none of success, and what to do about it. Pure.

Source of the statuses: Vault's API documentation, "HTTP status codes", and of the texts: `vault/logical_*`
and `http/handler.go` of Vault 1.21.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from provisioner.providers.interface import CONNECTION_LOST, Refused
from provisioner.providers.vault.transport import Answer

SEALED: Final = "VaultSealed"
STANDBY: Final = "VaultStandby"
UNREACHABLE: Final = "VaultUnreachable"
DENIED: Final = "VaultDenied"
TOKEN_ENDED: Final = "VaultTokenEnded"  # noqa: S105 - a code
BUSY: Final = "VaultBusy"
CONFLICT: Final = "VaultConflict"
NO_NAMESPACES: Final = "VaultWithoutNamespaces"

BAD_REQUEST: Final = 400
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
PRECONDITION: Final = 412
TOO_MANY: Final = 429
STANDBYS: Final = frozenset({472, 473})
"""A disaster-recovery secondary, and a performance standby (Enterprise)."""

SERVER_ERROR: Final = 500
NOT_INITIALIZED: Final = 501
UNAVAILABLE: Final = 503
GATEWAYS: Final = frozenset({502, 504})

_NO_ACTIVE: Final = (
    "node not active",
    "active cluster node not found",
    "active node not found",
    "is in standby",
)
_CAS: Final = "check-and-set parameter did not match"

RECORDED: Final = "What was done is recorded, and nothing is lost"
AGAIN: Final = "type the same command again"
"""Whichever it was: a driver does not know whether it works for a plan, an apply or a destroy."""


def is_sealed(answer: Answer) -> bool:
    """Whether nobody can read what the server holds, itself included."""
    return answer.status == UNAVAILABLE and any("sealed" in each.lower() for each in answer.errors)


def has_no_active(answer: Answer) -> bool:
    """Whether it is a standby that knows of no active server (one is being chosen)."""
    return answer.status >= SERVER_ERROR and any(word in answer.message for word in _NO_ACTIVE)


def of_sealed(server: str) -> Refused:
    """A sealed Vault: only its operators can do something."""
    return Refused(
        f"Vault at {server} is sealed: it holds everything, and can read nothing. Whoever has its unseal keys"
        f" types `VAULT_ADDR={server} vault operator unseal`, as often as keys are needed. {RECORDED};"
        f" then {AGAIN}",
        code=SEALED,
    )


def of_standby(server: str, answer: Answer) -> Refused:
    """A standby that cannot pass a request on."""
    what = {
        472: "is the standby of a disaster-recovery cluster, which answers nobody until it is promoted",
        473: "is a performance standby that passed nothing on",
    }.get(answer.status, f"is a standby, and its cluster has no active server now ({answer.message})")
    return Refused(
        f"Vault at {server} {what}. Name the address of the active cluster (or its load balancer), or see"
        f" with `vault status` why none is active. {RECORDED}; then {AGAIN}",
        code=STANDBY,
    )


def of_busy(server: str, answer: Answer, seconds: float) -> Refused:
    """A quota that stays exhausted."""
    return Refused(
        f"Vault at {server} turned requests away for {seconds:g} s: {answer.message}. Its operators have set"
        f" a rate limit (`vault list sys/quotas/rate-limit`). {RECORDED}; {AGAIN} later",
        code=BUSY,
    )


def of_trouble(server: str, answer: Answer, patience: float) -> Refused:
    """What a server says that cannot do what it is asked, whatever that is."""
    if is_sealed(answer):
        return of_sealed(server)
    if answer.status in STANDBYS or has_no_active(answer):
        return of_standby(server, answer)
    if answer.status == TOO_MANY:
        return of_busy(server, answer, patience)
    if answer.status == NOT_INITIALIZED:
        return of_uninitialized(server)
    return Refused(f"{server}: {answer.message}", code=f"Vault{answer.status}")


def of_lost(server: str, reason: str) -> Refused:
    """A call that may have been carried out."""
    return Refused(f"Vault at {server} did not say whether it was done: {reason}", code=CONNECTION_LOST)


def of_unreachable(server: str, reason: str) -> Refused:
    """Nobody answers at all."""
    return Refused(
        f"Vault does not answer at {server}: {reason}. See whether the address is right, whether this machine"
        f" has a way to it (VPN, proxy) and whether it runs (`VAULT_ADDR={server} vault status`)."
        f" {RECORDED}; then {AGAIN}",
        code=UNREACHABLE,
    )


def of_uninitialized(server: str) -> Refused:
    """A Vault that has never been set up."""
    return Refused(
        f"Vault at {server} was never initialised: it has neither keys nor storage. Its operators type"
        f" `VAULT_ADDR={server} vault operator init`, and unseal it; then {AGAIN}",
        code="VaultNotInitialized",
    )


def of_ended_token(how: str) -> Refused:
    """A token that Vault no longer knows."""
    return Refused(
        f"the Vault token has ended, or was revoked; it was {how}. {RECORDED}. Log in again (`vault login`),"
        f" then {AGAIN}",
        code=TOKEN_ENDED,
    )


def without_namespaces(server: str) -> Refused:
    """The community edition, which takes requests for any namespace as ones for the only one it has."""
    return Refused(
        f"Vault at {server} is the community edition, which has no namespaces and would put all of this where"
        " everybody's is: Vault Enterprise, HCP Vault and OpenBao have them. Leave the namespace out"
        " (`encryption.vault.namespace`, VAULT_NAMESPACE, or the provider's and the resources' `namespace`)",
        code=NO_NAMESPACES,
    )


_NEEDS: Final = {
    "GET": ("read",),
    "LIST": ("list",),
    "POST": ("create", "update"),
    "PUT": ("create", "update"),
    "PATCH": ("patch",),
    "DELETE": ("delete",),
}
_SUDO: Final = ("sys/audit", "sys/auth/", "sys/seal", "sys/remount", "sys/config/")
"""Paths whose endpoints need `sudo` as well; source: Vault's API documentation, "root-protected"."""


def of_denied(
    method: str, path: str, has: Collection[str], policies: Sequence[str], namespace: str
) -> Refused:
    """A token that may not; what it lacks, in the words of a policy."""
    needs = [*_NEEDS.get(method, ("update",)), *(("sudo",) if path.startswith(_SUDO) else ())]
    told = f"it has {', '.join(f'`{each}`' for each in sorted(has))} there" if has else "it has nothing there"
    holds = f", with the policies {', '.join(policies)}" if policies else ""
    words = ", ".join(f'"{each}"' for each in needs)
    inside = f" in namespace {namespace}" if namespace else ""
    return Refused(
        f"Vault does not let this token do it{inside}: {method} {path} needs"
        f" {' and '.join(f'`{each}`' for each in needs)}, and {told}{holds}. A policy with"
        f' `path "{path}" {{ capabilities = [{words}] }}` lets it',
        code=DENIED,
    )


def is_being_made(answer: Answer) -> bool:
    """Whether a mount is so new that it does not answer yet (KV version 2 prepares its storage)."""
    return answer.status == BAD_REQUEST and "Upgrading from non-versioned" in answer.message


def is_conflict(answer: Answer) -> bool:
    """Whether somebody else has written in between."""
    return answer.status == BAD_REQUEST and _CAS in answer.message


def rejected(answer: Answer, what: str) -> Refused:
    """The refusal that an answer is; `what` was asked for."""
    if is_conflict(answer):
        return Refused(
            f"{what}: somebody else has written it since it was last looked at, so nothing was written over"
            f" ({answer.message}). See what is there, and plan again",
            code=CONFLICT,
        )
    return Refused(f"{what}: {answer.message}", code=f"Vault{answer.status}")

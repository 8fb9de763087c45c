"""The sentences about a state that lies elsewhere, and about its versions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from provisioner.engine.state_failures import (
    KeyRefused,
    NeitherPassphrase,
    NewKeyRefused,
    NoConditionalWrites,
    NoSuchVersion,
    OperationsAreOpen,
    OutOfReach,
    SamePassphrase,
    SealedOtherwise,
    StateIsAway,
    StateIsTakenOver,
)
from provisioner.report.message import Message, Trouble

Elsewhere = (
    StateIsAway
    | StateIsTakenOver
    | NoConditionalWrites
    | NoSuchVersion
    | SealedOtherwise
    | KeyRefused
    | OperationsAreOpen
    | NeitherPassphrase
    | SamePassphrase
    | OutOfReach
)

_CREDENTIALS: Final = "renew the credentials"
_PERMISSION: Final = "get the permission: reading, writing, listing and deleting objects below that prefix"
_MENDING: Final[Mapping[str, str]] = {
    "ExpiredToken": _CREDENTIALS,
    "ExpiredTokenException": _CREDENTIALS,
    "InvalidAccessKeyId": _CREDENTIALS,
    "InvalidToken": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "RequestTimeTooSkewed": "set this machine's clock",
    "AccessDenied": _PERMISSION,
    "403": _PERMISSION,
    "NoSuchBucket": "make the bucket, or correct `state.backend`",
}
"""What has to be done, by S3's error code. Source: Amazon S3 API reference, "Error responses"."""


_KEY_CREDENTIALS: Final = "use credentials that may encrypt and decrypt with this key, for example a profile"
_NO_KEY: Final = f"see whether the key is in another account or region, or deleted; else {_KEY_CREDENTIALS}."
_OFF: Final = "enable the key again; one that waits for its deletion can be kept (`cancel-key-deletion`)."
_KEY_MENDING: Final[Mapping[str, str]] = {
    "NotFoundException": _NO_KEY,
    "DisabledException": _OFF,
    "KMSInvalidStateException": _OFF,
}
"""The same for a key that no credentials help with. Source: AWS KMS API reference, `Encrypt`, "Errors"."""


_VAULT: Final = "hashivault://"
_ASK: Final = "ask whoever runs Vault"
_VAULT_MENDING: Final[Mapping[str, str]] = {
    "VaultSealed": f"{_ASK} to unseal it (`vault operator unseal`), then go on:",
    "VaultStandby": "name the active server in VAULT_ADDR, then go on:",
    "VaultUnreachable": "see that the address is right and can be reached from here, then go on:",
    "NoVaultAddress": "say where it is, and go on:",
    "VaultNotTrusted": "name the certificates that it is trusted by in VAULT_CACERT, and go on:",
    "NoCredentials": "log in (`vault login`), then go on:",
    "VaultTokenEnded": "log in again (`vault login`), then go on:",
    "PermissionDenied": f"{_ASK} for `update` on `encrypt/…` and `decrypt/…` of this key, then go on:",
    "NoSuchKey": "make the key (`vault write -f MOUNT/keys/NAME`), or correct the address, then go on:",
}
"""The same for a key of Vault, whose refusals say themselves what is wrong. By their codes."""


def explain_elsewhere(failure: Elsewhere, environment: str, again: str = "") -> Message:
    """The message for a failure; `environment` and `again` as in `explain`."""
    match failure:
        case StateIsAway():
            return _away(failure, environment, again)
        case StateIsTakenOver(stack, holder, kept):
            return Message(
                Trouble.TAKEN_OVER,
                f"This run was silent for longer than its lease on {stack}, and that went to {holder}.\n"
                f"It began nothing after that, and writes nothing any more.{_kept(kept)}",
                "wait until the other run is done. What it has not found out by itself is added by",
                (f"provisioner state push {environment}",),
            )
        case NoSuchVersion(number, newest):
            there = f"They go from 1 to {newest}." if newest else "None was kept yet."
            return Message(
                Trouble.VERSION,
                f"The state has no version {number}. {there}",
                "look which there are.",
                (f"provisioner state history {environment}",),
            )
        case SealedOtherwise(stack, version):
            return Message(
                Trouble.SEALED_OTHERWISE,
                f"Version {version} of stack {stack} was sealed with an earlier passphrase, and its secrets"
                " are recorded under the present key only. Nothing was changed.",
                "set the passphrase of that time in PULUMI_CONFIG_PASSPHRASE, and the present one, if the"
                " state has one, in PROVISIONER_NEW_PASSPHRASE. For the key of each version:",
                (f"provisioner secrets check {environment} --all",),
            )
        case KeyRefused() | OperationsAreOpen() | NeitherPassphrase() | SamePassphrase():
            return _about_keys(failure, environment, again)
        case NoConditionalWrites() | OutOfReach():
            return _wrong_place(failure)


def _wrong_place(failure: NoConditionalWrites | OutOfReach) -> Message:
    match failure:
        case NoConditionalWrites(address):
            return Message(
                Trouble.NO_CONDITIONS,
                f"The endpoint of `{address}` overwrites objects although it was told not to. There, two runs"
                " at once would overwrite each other's state. Nothing was changed.",
                "use an endpoint that knows If-None-Match and If-Match on writes: Amazon S3, or a current"
                " version of what you have.",
            )
        case OutOfReach(setting):
            return Message(
                Trouble.OUT_OF_REACH,
                f"The environment says `{setting}`, which is this machine's: pods of a cluster do not get"
                " there.",
                "leave to a cluster what is on AWS, with its state in a bucket:"
                " `state: {backend: s3://bucket/prefix}`.",
            )


def _about_keys(
    failure: KeyRefused | OperationsAreOpen | NeitherPassphrase | SamePassphrase, environment: str, again: str
) -> Message:
    match failure:
        case KeyRefused():
            return _key_refused(failure, again or f"provisioner plan {environment}", environment)
        case OperationsAreOpen(stack, count):
            return Message(
                Trouble.OPERATIONS_OPEN,
                f"Operations of stack {stack} began and never ended: {count}. A machine that was cut off may"
                " still know what came of them, sealed with the old key, so the key stays.",
                "let an apply settle them first.",
                (f"provisioner apply {environment}",),
            )
        case NeitherPassphrase(stack):
            return Message(
                Trouble.NEITHER_PASSPHRASE,
                f"The secrets of stack {stack} open neither with the passphrase in PULUMI_CONFIG_PASSPHRASE"
                " nor with the new one.\nPerhaps a rotation to another passphrase was cut off before.",
                "finish that one first: the old passphrase in PULUMI_CONFIG_PASSPHRASE, and the one it was to"
                " become in PROVISIONER_NEW_PASSPHRASE.",
                (f"provisioner secrets rotate {environment}",),
            )
        case SamePassphrase(stack):
            return Message(
                Trouble.SAME_PASSPHRASE,
                f"The secrets of stack {stack} are sealed with this very passphrase.",
                "set another one in PROVISIONER_NEW_PASSPHRASE, or in the file that"
                " PROVISIONER_NEW_PASSPHRASE_FILE names.",
            )


def _key_refused(failure: KeyRefused, again: str, environment: str) -> Message:
    if failure.key.startswith(_VAULT):
        return _vault_refused(failure, again)
    said = f"`{failure.key}`: {_coded(failure.reason, failure.code)}."
    if not isinstance(failure, NewKeyRefused):
        return Message(
            Trouble.KEY,
            f"The secrets of stack {failure.stack} are sealed with {said}\n"
            "Without that key they are neither opened nor written, and no step that has one is begun.",
            _KEY_MENDING.get(failure.code, f"{_KEY_CREDENTIALS}."),
            (f"AWS_PROFILE=NAME {again}",),
        )
    told = f"The secrets of stack {failure.stack} cannot get the new key {said}\nThey stay as they are."
    if failure.code in _KEY_MENDING:
        return Message(
            Trouble.KEY,
            told,
            "make that key, or name one that is there and enabled.",
            (f"provisioner secrets migrate {environment} --to KEY",),
        )
    return Message(Trouble.KEY, told, f"{_KEY_CREDENTIALS}.", (f"AWS_PROFILE=NAME {again}",))


def _vault_refused(failure: KeyRefused, again: str) -> Message:
    said = f"`{failure.key}`: {failure.reason.rstrip('.')}."
    if isinstance(failure, NewKeyRefused):
        told = f"The secrets of stack {failure.stack} cannot get the new key {said}\nThey stay as they are."
    else:
        told = (
            f"The secrets of stack {failure.stack} are sealed with {said}\n"
            "Without that key they are neither opened nor written, and no step that has one is begun."
        )
    mend = _VAULT_MENDING.get(failure.code, "see what Vault says of the key, then go on:")
    where = "VAULT_ADDR=https://HOST:8200 " if failure.code == "NoVaultAddress" else ""
    return Message(Trouble.KEY, told, mend, (f"{where}{again}",))


def _away(away: StateIsAway, environment: str, again: str) -> Message:
    mend = _MENDING.get(away.code, "see that the endpoint can be reached")
    said = f"`{away.address}`: {_coded(away.reason, away.code)}."
    if away.kept is None:
        return Message(
            Trouble.AWAY,
            f"{said}\nWithout the state nothing is begun. What was done before is recorded.",
            f"{mend}, then try again.",
            (again or f"provisioner plan {environment}",),
        )
    return Message(
        Trouble.AWAY,
        f"{said}\nThe run stopped before its next step.{_kept(away.kept)}",
        f"{mend}, then let the state catch up, and go on.",
        (f"provisioner state push {environment}", again or f"provisioner apply {environment}"),
    )


def _coded(reason: str, code: str) -> str:
    said = reason.rstrip(".")
    return f"{said} ({code})" if code and code not in said else said


def _kept(kept: Path | None) -> str:
    return f" What it did and could not write is in `{kept}`." if kept else ""

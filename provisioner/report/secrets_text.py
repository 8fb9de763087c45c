"""What seals the secrets of each stack, and what a change of the key did, as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from environments.key_address import BY_PHRASE
from provisioner.engine.sealing import EarlierKey, KeyChange, Migration, Opened, Resealed, Rotation, Sealing

_OLD_COPIES: Final = (
    "Versions, backups and copies from before stay sealed as they were: readable with {key} only.\n"
    "Keep it as long as they are to be of use. If it has leaked, renew the secrets themselves, too:\n"
    "whoever has it and an old copy reads that still.\n"
)


def opened_text(layer: str, stack: str, opened: Opened) -> str:
    """What `secrets check` says of a stack whose key is right; a line for each earlier key."""
    if opened.is_new:
        head = f"no secrets yet; the first one is sealed with {key_text(opened.by)}"
    else:
        them = "it" if opened.secrets == 1 else "all of them"
        head = f"{_many(opened.secrets)}, sealed with {key_text(opened.by)}, which opens {them}"
    lines = [f"{layer} {stack}: {head}."]
    if opened.versions:
        lines.append(f"  Versions that were opened as well: {opened.versions}.")
    lines += [_earlier(each) for each in opened.earlier]
    return "".join(f"{line}\n" for line in lines)


def trial_text(change: KeyChange, layer: str, stack: str, resealed: Resealed) -> str:
    """What a change of the key would do to a stack."""
    what = {
        Sealing.NO_SECRETS: "no secrets, nothing to seal",
        Sealing.ALREADY: f"sealed with {_new_key(change, resealed)} already",
        Sealing.ANEW: f"{_many(resealed.secrets)} to seal anew, {_way(change, resealed)}",
    }
    return f"{layer} {stack}: {what[resealed.sealing]}.\n"


def resealed_text(change: KeyChange, layer: str, stack: str, resealed: Resealed) -> str:
    """What a change of the key did to a stack; empty if nothing."""
    if resealed.sealing is not Sealing.ANEW:
        return ""
    return (
        f"{layer} {stack}: {_many(resealed.secrets)} sealed anew, {_way(change, resealed)}.\n"
        f"  The state before is kept as {resealed.backup}.\n"
    )


def ending_text(change: KeyChange, found: Sequence[Resealed]) -> str:
    """What to do now that all stacks have the new key; empty if there is nothing."""
    anew = [each for each in found if each.sealing is Sealing.ANEW]
    said: list[str] = []
    if _has_new_passphrase(change) and any(each.after == BY_PHRASE for each in anew):
        said.append(
            "From now on the new passphrase is the right one: put it into PULUMI_CONFIG_PASSPHRASE or\n"
            "PULUMI_CONFIG_PASSPHRASE_FILE wherever this environment is used.\n"
        )
    for before in sorted({each.before for each in anew}):
        if before == BY_PHRASE and isinstance(change, Rotation) and not _has_new_passphrase(change):
            continue  # the same one opens all of them
        phrase = "the old passphrase" if isinstance(change, Rotation) else "the passphrase"
        old = phrase if before == BY_PHRASE else key_text(before)
        said.append(_OLD_COPIES.format(key=old))
    return "".join(f"\n{each}" for each in said)


def setting_text(key: str, says: str, place: str) -> str:
    """Which line of the environment file has to follow, and why."""
    return (
        f"\nIn {place}, `state.secrets` is still {key_text(says)}. Write\n\n  secrets: {key}\n\n"
        "there: a stack that gets its first secret later takes what the file says.\n"
    )


def otherwise_text(stacks: Sequence[tuple[str, str, str]], says: str, place: str, command: str) -> str:
    """That (layer, stack, key) are sealed otherwise than the file says; empty for none."""
    if not stacks:
        return ""
    rows = "".join(f"  {layer} {stack}: {key_text(key)}\n" for layer, stack, key in stacks)
    said = f"note: {place} says {key_text(says)}, and these are sealed otherwise:\n{rows}"
    keys = sorted({key for _, _, key in stacks})
    if len(keys) > 1:
        return f"{said}To seal all of them as the file says:\n\n  {command}\n"
    return (
        f"{said}If that is how they are to be sealed, let the file say so (`state.secrets`):\n\n"
        f"  secrets: {keys[0]}\n\nElse seal them as the file says:\n\n  {command}\n"
    )


def key_text(by: str) -> str:
    """A key in words."""
    return "a passphrase" if by == BY_PHRASE else f"`{by}`"


def _way(change: KeyChange, resealed: Resealed) -> str:
    new = f"with {_new_key(change, resealed)}"
    return new if isinstance(change, Rotation) else f"{new} instead of {key_text(resealed.before)}"


def _new_key(change: KeyChange, resealed: Resealed) -> str:
    if isinstance(change, Migration):
        return key_text(resealed.after)
    if resealed.after != BY_PHRASE:
        return f"a new data key under {key_text(resealed.after)}"
    return "the new passphrase" if _has_new_passphrase(change) else "a new key of the same passphrase"


def _has_new_passphrase(change: KeyChange) -> bool:
    return isinstance(change, Rotation) and change.passphrase is not None


def _earlier(key: EarlierKey) -> str:
    given = "passphrase" if key.by == BY_PHRASE else "credentials"
    first, last = key.versions[0], key.versions[-1]
    numbers = f"Version {first} has" if first == last else f"Versions {first} to {last} have"
    how = "opened as well" if key.opens else f"not opened by the {given} given here"
    return f"  {numbers} an earlier key, of {key_text(key.by)}: {how}."


def _many(secrets: int) -> str:
    return "1 secret value" if secrets == 1 else f"{secrets} secret values"

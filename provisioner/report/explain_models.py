"""The sentences about models that are sealed, signed and opened."""

from __future__ import annotations

from provisioner.engine.model_failures import (
    KeyIsNotThere,
    ModelNotRead,
    ModelUnsound,
    NoModelStore,
    NothingSeals,
)
from provisioner.report.message import Message, Trouble

OfModels = NothingSeals | ModelNotRead | ModelUnsound | NoModelStore | KeyIsNotThere


def explain_model(failure: OfModels, environment: str, again: str) -> Message:
    """The message for a failure; `environment` is what the person calls it on the command line."""
    match failure:
        case NothingSeals(setting):
            what = "seals" if setting == "sealed_by" else "signs"
            return Message(
                Trouble.NOTHING_SEALS,
                f"Nothing says what {what} the models of {environment}.",
                f"write `model_store: {{{setting}: vault}}` or `{{{setting}: kms}}` in its file, and apply.",
            )
        case ModelNotRead(path, reason):
            return Message(
                Trouble.MODEL_NOT_READ,
                f"`{path}`: {reason}. Nothing was stored.",
                "name a file or a folder that can be read, or a place that can be written to.",
            )
        case ModelUnsound(what, reason):
            return Message(
                Trouble.MODEL_UNSOUND,
                f"{what}: {reason}. Nothing of it may be relied on, and nothing was kept.",
                "fetch it again from where it was sealed; if that is no better, seal it, or sign it, again.",
            )
        case NoModelStore(name, is_to_come):
            return Message(
                Trouble.NO_MODEL_STORE,
                f"{name} has no store of its own for models{' yet' if is_to_come else ''}.",
                "apply it first, or say where the model is to lie."
                if is_to_come
                else "say where the model is to lie, in a bucket or a folder:",
                (f"provisioner apply {environment}",) if is_to_come else (f"{again} --to s3://BUCKET",),
            )
        case KeyIsNotThere(key, is_written):
            if is_written:
                return Message(
                    Trouble.NO_MODEL_KEY,
                    f"Vault has no transit key `{key}` yet; the environment's file has it.",
                    "apply the environment, which makes it.",
                    (f"provisioner apply {environment}",),
                )
            return Message(
                Trouble.NO_MODEL_KEY,
                f"Vault has no transit key `{key}`, and the environment's file has none of that name.",
                f"add `{key}` to `encryption.vault.transit`, then apply the environment.",
            )

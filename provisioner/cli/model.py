"""`provisioner model`: seal a model for its environment, sign it, verify its signature, open it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import click

from environments.model_signature import envelope, is_by, statement
from provisioner.asked import Asked
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.screen import out
from provisioner.engine.model_failures import ModelUnsound
from provisioner.report.machine import document
from provisioner.report.model_text import artifact_document, artifact_text
from provisioner.report.naming import counted
from provisioner.sealing.opening import digest_of, open_into, signatures_beside
from provisioner.sealing.work import Artifact, Named, seal_into, signed
from provisioner.sealing_wiring import Models, models_of

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_NAME: Final = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_LONGEST: Final = 30


def _model(_ctx: click.Context, _argument: click.Parameter, given: str) -> str:
    if not _NAME.fullmatch(given) or len(given) > _LONGEST:
        raise click.BadParameter("a model is named by 1 to 30 lower-case letters, digits and `-`.")
    return given


_MODEL: Final = click.argument("model", metavar="NAME", callback=_model)
_VERSION: Final = click.argument("version", type=click.IntRange(min=1))
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="For programs.")
_PATH: Final = click.Path(path_type=Path)


@click.group("model")
def command() -> None:
    """Models that only their own servers can open, and whose signatures the clusters ask for.

    `model_store` of the environment says by which keys: `sealed_by`, `signed_by`.
    """


@command.command(
    "seal", cls=Explaining, short_help="Seal a model, sign it, and put it where servers find it."
)
@ENVIRONMENT
@_MODEL
@_VERSION
@click.argument("path", type=_PATH)
@click.option(
    "--to", metavar="PLACE", help="A folder, or s3://BUCKET/PREFIX. Default: the environment's store."
)
@click.option("--endpoint", metavar="URL", help="Object store other than AWS's, for --to s3://…")
@_JSON
def seal(environment: Asked, *, model: str, version: int, path: Path, **more: Any) -> ExitCode:
    """Seal the file or folder PATH as a version of a model.

    It gets a data key of its own, wrapped by the key of the model. It is signed, too, if `signed_by` says by
    what. It lies below the digest of the sealed bytes, its signature beside it: nothing is ever overwritten.
    """
    models = models_of(environment)
    store = models.store(more["to"], more["endpoint"])
    signing = models.signing() if models.signs else None
    done = seal_into(store, Named(model, version), path, models.sealing(), signing)
    return _told(models, done, as_json=more["as_json"])


@command.command("sign", cls=Explaining, short_help="Sign a digest as that of a version of a model.")
@ENVIRONMENT
@_MODEL
@_VERSION
@click.argument("artifact", metavar="DIGEST|PATH")
@_JSON
def sign(environment: Asked, *, model: str, version: int, artifact: str, as_json: bool) -> ExitCode:
    """Sign the digest of an artifact, sealed or not: an image's, or that of a file or a folder."""
    models = models_of(environment)
    done = signed(Named(model, version), _digest(artifact), models.signing())
    return _told(models, done, as_json=as_json)


@command.command("verify", cls=Explaining, short_help="Whether a signature is right; asks nobody.")
@ENVIRONMENT
@_MODEL
@_VERSION
@click.argument("artifact", metavar="DIGEST|PATH")
@click.option("--signature", metavar="TEXT", help="In base64. Default: the one in the file beside PATH.")
@click.option("--key", "keys", multiple=True, help="Public key. Default: `signing_keys` of the environment.")
@_JSON
def verify(environment: Asked, *, model: str, version: int, artifact: str, **more: Any) -> ExitCode:
    """Verify that an artifact is signed as this version of this model, by a key that counts.

    Exit code 1 if it is not. Everything is at hand: no Vault and no cloud is asked.
    """
    models = models_of(environment)
    digest, keys = _digest(artifact), more["keys"] or models.signing_keys
    given = [more["signature"]] if more["signature"] else signatures_beside(Path(artifact))
    if not keys:
        raise click.UsageError("No key is known: write `model_store.signing_keys`, or name one with --key.")
    said = statement(model, version, digest)
    found = next(((each, key) for each in given for key in keys if is_by(key, each, said)), None)
    if found is None:
        called = f"{artifact}, as {model} {version}"
        raise ModelUnsound(called, f"no signature of {digest} is by one of {counted(len(keys), 'key')}")
    if more["as_json"]:
        done = Artifact(named=Named(model, version), digest=digest, signature=found[0], signing_key=found[1])
        out().write(document({**artifact_document(done), "envelope": envelope(said, found[:1])}))
    else:
        out().say(f"{digest} is {model} {version}: signed by {found[1]}.")
    return ExitCode.DONE


@command.command("open", cls=Explaining, short_help="Open a sealed model, as its servers do.")
@ENVIRONMENT
@_MODEL
@_VERSION
@click.argument("path", type=_PATH)
@click.option("--to", "folder", type=_PATH, required=True, help="A new folder for its files.")
@click.option("--digest", help="What the sealed file has to be; else anything that opens is taken.")
@_JSON
def open_(environment: Asked, *, model: str, version: int, path: Path, **more: Any) -> ExitCode:
    """Open the sealed file PATH into a new folder, with the keys that you may use."""
    models = models_of(environment)
    folder: Path = more["folder"]
    done = open_into(folder, path, Named(model, version), models.sealing(), more["digest"])
    if more["as_json"]:
        out().write(document(artifact_document(done)))
    else:
        out().say(f"Opened {model} {version} into {folder}: {counted(done.files, 'file')}.")
    return ExitCode.DONE


def _digest(artifact: str) -> str:
    """The digest that was given, or that of what lies there. Raises `ModelNotRead`."""
    return artifact if _DIGEST.fullmatch(artifact) else digest_of(Path(artifact))


def _told(models: Models, done: Artifact, *, as_json: bool) -> ExitCode:
    out().write(
        document(artifact_document(done))
        if as_json
        else artifact_text(done, is_known=done.signing_key in models.signing_keys)
    )
    return ExitCode.DONE

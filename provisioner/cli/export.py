"""`provisioner export`: an environment for tools that are not ours."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import click

from environments.bucket_address import BucketAddress
from environments.key_address import BY_PHRASE
from environments.model import Environment
from environments.origins import resolved
from provisioner.asked import Asked
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.screen import err, out
from provisioner.cli.writing import write_over
from provisioner.engine.state_failures import OutOfReach
from provisioner.report.operator_manifests import (
    PASSPHRASE,
    Kept,
    Pods,
    manifests,
    secret_name,
    text,
)
from provisioner.seal_wiring import in_region
from provisioner.wiring import loaded

_HEADING = "# Written by `provisioner export operator {}`."
_INSTALL = (
    # What is checked out, never whatever an index has under our name: the pipeline has roles of AWS.
    "python -m pip install --quiet --require-hashes --no-deps --requirement requirements.lock"
    " && python -m pip install --quiet --no-deps ."
)
_OTHER_ENGINE = (
    "note: the operator runs Pulumi's engine. Say `engine: pulumi` in the environment's file, so that"
    " `provisioner apply` here does as well."
)


@click.group("export")
def command() -> None:
    """An environment for tools that are not ours."""


@command.command("operator", cls=Explaining)
@ENVIRONMENT
@click.option("--image", required=True, help="Holds pulumi, this checkout with its .venv, and the drivers.")
@click.option(
    "--checkout",
    type=PurePosixPath,
    default="/srv/provisioner",
    show_default=True,
    help="Where this checkout is in the image.",
)
@click.option("--namespace", default="provisioner", show_default=True, help="Of all objects.")
@click.option("--service-account", default="provisioner", show_default=True, help="Whose credentials count.")
@click.option("--out", "folder", type=click.Path(path_type=Path), help="Write files, one for each stack.")
def operator(environment: Asked, folder: Path | None, **pods: str) -> ExitCode:
    """Stack objects for Pulumi's Kubernetes operator.

    The operator (v2) then keeps the environment as its file says. A stack waits for those that it builds on.
    Nothing secret is written: a passphrase stays in a Secret.
    """
    env = loaded(environment).environment
    setup = Pods(
        image=pods["image"],
        checkout=PurePosixPath(pods["checkout"]),
        namespace=pods["namespace"],
        service_account=pods["service_account"],
    )
    if env.engine != "pulumi":
        err().say(_OTHER_ENGINE)
    files = manifests(env, resolved(env), _kept(env), setup)
    heading = _HEADING.format(env.name)
    if folder is None:
        out().write(f"{heading}\n{text([each for _, objects in files for each in objects])}")
        return ExitCode.DONE
    for name, objects in files:
        content = f"{heading}\n{text(objects)}".encode()
        write_over(folder / f"{name}.yaml", content, lambda there: there.startswith(heading.encode()))
    err().say(f"Try next:\n\n{_secret(env, setup)}  kubectl apply --filename {folder}")
    return ExitCode.DONE


def _kept(env: Environment) -> Kept:
    """Where the state is. Raises `OutOfReach` if pods cannot get there."""
    if env.cloud == "local":
        raise OutOfReach("cloud: local")
    match env.state.backend:
        case BucketAddress() as address:
            return Kept(address=address, region=env.region, key=in_region(env.state.secrets, env.region))
        case folder:
            raise OutOfReach(f"state: {{backend: {folder}}}")


def _secret(env: Environment, pods: Pods) -> str:
    if env.state.secrets != BY_PHRASE:
        return ""
    return (
        f"  kubectl create secret generic {secret_name(env)} --namespace {pods.namespace}"
        f" --from-file {PASSPHRASE}=FILE\n"
    )


@command.command("ci", cls=Explaining, short_help="A pipeline that plans, checks and applies.")
@click.argument("kind", type=click.Choice(["github", "gitlab"]))
@click.argument("environments", nargs=-1, required=True, metavar="ENV...")
@click.option("--plan-role", required=True, metavar="ARN", help="Of AWS, for plans: it reads.")
@click.option("--apply-role", required=True, metavar="ARN", help="Of AWS, for applies: it changes.")
@click.option("--branch", default="main", show_default=True, help="What is merged there is applied.")
@click.option("--install", default=_INSTALL, show_default=True, help="How the tool is installed there.")
def pipeline(kind: str, environments: tuple[str, ...], **chosen: str) -> ExitCode:
    """A pipeline for these environments, on standard output.

    It plans and checks what a change request is about, marks the findings, and applies exactly what was
    planned after somebody has approved. There are no stored keys: both roles are taken over by OIDC.
    """
    from provisioner.report.pipelines import pipeline as written  # noqa: PLC0415 - a template engine is slow to load

    found = [loaded(Asked(name)).environment for name in environments]
    names = [each.name for each in found]
    out().write(written(kind, environments=names, region=found[0].region, **chosen))
    return ExitCode.DONE

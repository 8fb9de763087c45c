"""Rules about secrets: where they are kept, and where they must not be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.keys import is_own_key
from policies.model import Enforcement, Finding, Resource, every, rule
from policies.scene import Scene
from policies.secret_detection import in_clear, is_likely, leaves
from policies.values import Hidden, Undecided, Unknown, number

SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type
ROTATION: Final = "aws:secretsmanager/secretRotation:SecretRotation"
PARAMETER: Final = "aws:ssm/parameter:Parameter"

_QUARTER: Final = 90
_SHORT_LIVED: Final = "vault-dynamic"

_WRITTEN_ONLY: Final = {
    "aws:secretsmanager/secretVersion:SecretVersion": ("secretString", "secretStringWo"),
    "aws:rds/instance:Instance": ("password", "passwordWo"),
    "aws:rds/cluster:Cluster": ("masterPassword", "masterPasswordWo"),
    "aws:ssm/parameter:Parameter": ("value", "valueWo"),
}
"""What keeps a secret in the state, and what does not (pulumi-aws 7)."""


@rule(
    "BL-SEC-001",
    SECRET,
    PARAMETER,
    fix="Keep secrets under a key of the environment and change them every quarter, or take them from Vault.",
    reads=("kmsKeyId", "secretId", "rotationRules.automaticallyAfterDays", "keyId", "type"),
)
def secrets_sealed_and_rotated(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Stored secrets are encrypted with a key of one's own, and changed every quarter."""
    if resource.type == PARAMETER:
        yield from _parameter(resource, scene)
    else:
        yield from every(_sealed(resource, "kmsKeyId", scene), _rotated(resource, scene))


def _parameter(parameter: Resource, scene: Scene) -> Iterator[Finding]:
    if parameter.get("type") == "SecureString":
        yield from _sealed(parameter, "keyId", scene)
    elif isinstance(value := parameter.peek("value"), Unknown):
        raise Undecided("value")
    elif isinstance(value, Hidden):
        yield Finding(parameter, "type", "A secret is stored as a plain text.")


def _sealed(resource: Resource, path: str, scene: Scene) -> Iterator[Finding]:
    if not is_own_key(resource, path, scene):
        yield Finding(resource, path, "The secret is not encrypted with a key of one's own.")


def _rotated(secret: Resource, scene: Scene) -> Iterator[Finding]:
    if secret.get("tags.secret-source") == _SHORT_LIVED:
        return
    path = "rotationRules.automaticallyAfterDays"
    most = scene.facts.number("BL-SEC-001", "days", _QUARTER)
    days = [number(each.get(path)) for each in scene.referring(secret, "secretId", ROTATION)]
    if not any(each is not None and 0 < each <= most for each in days):
        yield Finding(
            secret, "", "The secret stays the same for longer than a quarter.", Enforcement.ADVISORY
        )


@rule(
    "BL-SEC-002",
    "*",
    fix="Take the value from Vault or Secrets Manager, or mark it as a secret where it is made.",
    reads=("userData", "tags", "password"),
)
def no_plain_secrets(resource: Resource, _: Scene) -> Iterator[Finding]:
    """No secret is written where anybody can read it."""
    for path in in_clear(dict(resource.inputs)):
        yield Finding(resource, path, "This is a secret, and anybody who sees the resource can read it.")
    plain, written = _WRITTEN_ONLY.get(resource.type, ("", ""))
    if plain and isinstance(resource.peek(plain), Hidden):
        message = f"The secret is kept in the state; `{written}` is only written."
        yield Finding(resource, plain, message, Enforcement.ADVISORY)
    for path, name, value in leaves(dict(resource.inputs)):
        if isinstance(value, Unknown) and (is_likely(name) or _tells(resource, path)):
            raise Undecided(path)


def _tells(resource: Resource, path: str) -> bool:
    """Whether software is told something there: all but the metadata of what runs in a cluster."""
    return resource.type.startswith("kubernetes:") and not path.startswith("metadata")


RULES = (secrets_sealed_and_rotated, no_plain_secrets)

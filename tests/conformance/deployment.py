"""What an engine has recorded, with its secrets opened."""

import json
from pathlib import Path

from provisioner.engine.embedded.secrets import PassphraseSealer
from tests.conformance.outcome import SECRET, SIGNATURE
from tests.conformance.phases import PROJECT
from tests.conformance.project import PASSPHRASE


def latest(state: Path, stack: str) -> dict:
    """The deployment in the file of a stack; an empty one if there is none."""
    file = state / ".pulumi" / "stacks" / PROJECT / f"{stack}.json"
    return (json.loads(file.read_text())["checkpoint"].get("latest") or {}) if file.exists() else {}


def records(deployment: dict) -> tuple[dict, ...]:
    """The resources of a deployment, secrets opened."""
    salt = (deployment.get("secrets_providers") or {}).get("state", {}).get("salt")
    sealer = PassphraseSealer("", lambda: PASSPHRASE, salt)
    return tuple(_opened(record, sealer) for record in deployment.get("resources") or ())


def _opened(value, sealer):
    match value:
        case dict() if value.get(SIGNATURE) == SECRET:
            text = sealer.open(value["ciphertext"]) if "ciphertext" in value else value["plaintext"]
            return {SIGNATURE: SECRET, "value": json.loads(text)}
        case dict():
            return {key: _opened(item, sealer) for key, item in value.items()}
        case list():
            return [_opened(item, sealer) for item in value]
        case _:
            return value

"""The functions of the package `pulumi`, which the engine answers itself.

Source: pulumi/pulumi, `pkg/resource/deploy/builtins.go`.
"""

from __future__ import annotations

from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.stack_references import OutputsOf
from provisioner.plan.values import UNKNOWN, Properties, Unknown, has_secret
from provisioner.providers.interface import Refused


def answer(token: str, arguments: Properties, scene: Scene) -> Properties:
    """What a function of the engine's answers. Raises `Refused`."""
    match token:
        case "pulumi:pulumi:getResource":
            return _resource(str(arguments.get("urn", "")), scene)
        case "pulumi:pulumi:readStackOutputs":
            return _stack_outputs(str(arguments.get("name", "")), scene.providers.outputs_of)
        case _:
            raise Refused("is no function of the embedded engine")


def _resource(urn: str, scene: Scene) -> Properties:
    """What is known of a resource that the program has registered or read in this run."""
    state = scene.census.registered.get(urn)
    if state is None:
        raise Refused(f"unknown resource {urn}")
    return {"urn": urn, "id": state.id, "provider": state.provider, "state": dict(state.outputs)}


def _stack_outputs(name: str, outputs_of: OutputsOf) -> Properties:
    outputs = outputs_of(name)
    if outputs is None:
        raise Refused(f"unknown stack {name}")
    if isinstance(outputs, Unknown):
        return {"name": name, "outputs": UNKNOWN, "secretOutputNames": UNKNOWN}
    secret = sorted(key for key, value in outputs.items() if has_secret(value))
    return {"name": name, "outputs": dict(outputs), "secretOutputNames": secret}

"""Hooks as Pulumi's SDK registers them: what they are told and what they answer is protobuf."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import CancelledError
from typing import Any, cast

import grpc
from pulumi.runtime.proto import resource_pb2

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.callbacks import Callback, Unreachable
from provisioner.engine.embedded.hooks import ErrorHook, Hook, Hooks, Occasion
from provisioner.engine.embedded.requests import Declined
from provisioner.plan.values import Properties
from provisioner.providers.protocol import wire


def register(request: Any, hooks: Hooks) -> None:
    """A hook around steps. Raises `Declined` if its name is taken."""
    callback = Callback(request.callback.token, request.callback.target)

    def run(occasion: Occasion) -> str:
        return _told(callback, resource_pb2.ResourceHookRequest(**_said(occasion), **_made(occasion)))[1]

    _add(Hook(request.name, run, request.on_dry_run, request.ignore_errors), hooks)


def register_for_errors(request: Any, hooks: Hooks) -> None:
    """A hook that is asked when a call was refused. Raises `Declined` if its name is taken."""
    callback = Callback(request.callback.token, request.callback.target)

    def ask(occasion: Occasion, operation: str, errors: Sequence[str]) -> tuple[bool, str]:
        said = resource_pb2.ErrorHookRequest(**_said(occasion), failed_operation=operation, errors=errors)
        return _told(callback, said)

    _add(ErrorHook(request.name, ask), hooks)


def names_in(binding: Any) -> dict[str, tuple[str, ...]]:
    """The names of a resource's hooks, by Pulumi's word for the occasion."""
    found = {field.name: tuple(getattr(binding, field.name)) for field in binding.DESCRIPTOR.fields}
    return {kind.title().replace("_", ""): names for kind, names in found.items() if names}


def _add(hook: Hook | ErrorHook, hooks: Hooks) -> None:
    if not hooks.add(hook):
        raise Declined(grpc.StatusCode.UNKNOWN, f'resource hook already registered for name "{hook.name}"')


def _told(callback: Callback, message: Any) -> tuple[bool, str]:
    """Whether to try again, and what went wrong."""
    try:
        answer = callback.waited_for(message)
    except (Unreachable, CancelledError):
        return False, "the program has ended"
    except grpc.RpcError as error:
        return False, str(cast("Any", error).details())
    return getattr(answer, "retry", False), answer.error


def _said(occasion: Occasion) -> dict[str, Any]:
    told = {
        "new_inputs": occasion.new_inputs,
        "old_inputs": occasion.old_inputs,
        "old_outputs": occasion.old_outputs,
    }
    name = urns.name_of(occasion.urn)
    return {"urn": occasion.urn, "id": occasion.id, "name": name, "type": occasion.type, **_encoded(told)}


def _made(occasion: Occasion) -> dict[str, Any]:
    return _encoded({"new_outputs": occasion.new_outputs})


def _encoded(told: dict[str, Properties | None]) -> dict[str, Any]:
    return {name: wire.encode(properties) for name, properties in told.items() if properties is not None}

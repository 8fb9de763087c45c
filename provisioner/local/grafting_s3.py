"""Makes our operations methods of moto's S3, which has no router: it looks at the query of a path by hand."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import Any

from moto.core.responses import ActionResult  # pyright: ignore[reportMissingTypeStubs]

from provisioner.local.grafting import answered
from provisioner.local.operation import Operation, Refusal


def graft(service: str, response_class: str, operations: Iterable[Operation]) -> None:
    """Replace moto's methods of the same names; for one that puts, the branch that would handle it."""
    target: Any = getattr(importlib.import_module(f"moto.{service}.responses"), response_class)
    puts: dict[str, Callable[[Any], Any]] = {}
    for operation in operations:
        name = operation.__name__
        if name.startswith("put_bucket_"):
            puts[name.removeprefix("put_bucket_")] = method(service, operation)
        else:
            setattr(target, name, method(service, operation))
    put_by_hand = target._bucket_response_put  # noqa: SLF001  # it has no other place to step in

    def put(response: Any, request: Any, bucket: str, query: dict[str, Any]) -> Any:
        for word, respond in puts.items():
            if word in query:
                return respond(response)
        return put_by_hand(response, request, bucket, query)

    target._bucket_response_put = put  # noqa: SLF001


def method(service: str, operation: Operation) -> Callable[[Any], Any]:
    """The operation as a method of moto's S3, which answers in the end form."""

    def respond(response: Any) -> Any:
        request = response.normalized_request
        response.data["Action"] = response._get_action_from_method_and_request_uri(request)  # noqa: SLF001
        try:
            result = answered(service, operation, response)
        except Refusal as refusal:
            result = ActionResult(refusal)
        return response.serialized(result)

    return respond

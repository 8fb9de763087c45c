"""Makes our operations methods of moto's response classes, and their paths known to its router."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from moto.core.responses import ActionResult  # pyright: ignore[reportMissingTypeStubs]
from moto.core.utils import get_service_model  # pyright: ignore[reportMissingTypeStubs]

from provisioner.local.conformity import breaches, without_none
from provisioner.local.operation import Answer, Call, Operation, Refusal

VALIDATION: Final = {"eks": "InvalidParameterException", "ecr": "InvalidParameterException"}
"""What a service calls a request that its model does not allow, where that is not `ValidationException`."""

PATH_LABEL: Final = re.compile(r"\{(\w+)\+?\}")


class WrongAnswer(Exception):
    """One of our operations answered something that the model does not allow: a mistake of ours."""


def graft(service: str, response_class: str, operations: Iterable[Operation]) -> None:
    """Give moto's response class of a service these operations, in place of its own of the same name."""
    responses: Any = importlib.import_module(f"moto.{service}.responses")
    urls: Any = importlib.import_module(f"moto.{service}.urls")
    target = getattr(responses, response_class)
    model: Any = get_service_model(service)
    for operation in operations:
        setattr(target, operation.__name__, method(service, operation))
    if model.protocol.startswith("rest"):
        for name in model.operation_names:
            if _snake_case(name) in {operation.__name__ for operation in operations}:
                path = model.operation_model(name).http["requestUri"].split("?")[0]
                urls.url_paths.setdefault("{0}" + PATH_LABEL.sub(r"(?P<\1>.+)", path) + "$", target.dispatch)


def method(service: str, operation: Operation) -> Callable[[Any], ActionResult]:
    """The operation as a method of a response class: `self` is moto's object for one request."""

    def respond(response: Any) -> ActionResult:
        return answered(service, operation, response)

    respond.__name__ = operation.__name__
    respond.__doc__ = operation.__doc__
    return respond


def answered(service: str, operation: Operation, response: Any) -> ActionResult:
    """What the operation answers to the request in moto's object; both were held against botocore's model."""
    if not response.automated_parameter_parsing:
        response.parse_parameters(response.normalized_request)
    model, parameters = _model_of(response), _plain(response.params)
    wrong = breaches(parameters, model.input_shape) if model.input_shape else []
    if wrong:
        raise Refusal(VALIDATION.get(service, "ValidationException"), "\n".join(wrong))
    return ActionResult(_conforming(operation(_call(service, response, parameters)), model))


def _plain(parameters: Any) -> dict[str, Any]:
    """The parameters as a dictionary: for RDS moto has a class of its own."""
    return parameters.original_dict() if hasattr(parameters, "original_dict") else dict(parameters)


def _call(service: str, response: Any, parameters: dict[str, Any]) -> Call:
    return Call(
        service,
        response.current_account,
        response.region,
        response.partition,
        response.access_key,
        parameters,
    )


def _conforming(answer: Answer, model: Any) -> dict[str, Any] | None:
    if model.output_shape is None:
        return None
    complete: dict[str, Any] = without_none(answer)
    wrong = breaches(complete, model.output_shape)
    if wrong:
        raise WrongAnswer(f"{model.name}: " + "\n".join(wrong))
    return complete


def _model_of(response: Any) -> Any:
    service: Any = get_service_model(response.boto3_service_name)
    return service.operation_model(response._get_action())  # noqa: SLF001  # moto's own way to know it


def _snake_case(name: str) -> str:
    utils: Any = importlib.import_module("moto.core.utils")
    return utils.camelcase_to_underscores(name)

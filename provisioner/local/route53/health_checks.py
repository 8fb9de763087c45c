"""Health checks with all of their settings. Nothing is checked; the status is that all is well."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from provisioner.local.operation import Answer, Call, Item, Operation, Refusal

WITHOUT_ENDPOINT: Final = ("CALCULATED", "CLOUDWATCH_METRIC", "RECOVERY_CONTROL")
NOT_SETTINGS: Final = ("HealthCheckId", "HealthCheckVersion", "ResetElements")


def create_health_check(call: Call) -> Answer:
    """A new check; the same one again for the same caller reference and settings."""
    for item in call.backend.health_checks.values():
        if item.told["CallerReference"] == call["CallerReference"]:
            if item.request != call["HealthCheckConfig"]:
                text = (
                    f"A health check with the caller reference {call['CallerReference']} has other settings."
                )
                raise Refusal("HealthCheckAlreadyExists", text)
            return _answer(item.told)
    told = {
        "Id": str(uuid.uuid4()),
        "CallerReference": call["CallerReference"],
        "HealthCheckConfig": _completed(call["HealthCheckConfig"]),
        "HealthCheckVersion": 1,
    }
    call.backend.health_checks[told["Id"]] = Item(told, call["HealthCheckConfig"])
    return _answer(told)


def get_health_check(call: Call) -> Answer:
    """One check."""
    return {"HealthCheck": _item(call).told}


def list_health_checks(call: Call) -> Answer:
    """All checks of the account."""
    told = [item.told for item in call.backend.health_checks.values()]
    return {
        "HealthChecks": told,
        "Marker": "",
        "IsTruncated": False,
        "MaxItems": str(call.get("MaxItems") or 100),
    }


def update_health_check(call: Call) -> Answer:
    """The check with other settings, in its next version."""
    told = _item(call).told
    if call.get("HealthCheckVersion", told["HealthCheckVersion"]) != told["HealthCheckVersion"]:
        raise Refusal("HealthCheckVersionMismatch", "The health check has another version by now.")
    given = {name: value for name, value in call.parameters.items() if name not in NOT_SETTINGS}
    config = told["HealthCheckConfig"] | given
    told["HealthCheckConfig"] = {
        name: config[name] for name in config if name not in call.parts("ResetElements")
    }
    told["HealthCheckVersion"] += 1
    return {"HealthCheck": told}


def delete_health_check(call: Call) -> Answer:
    """Nothing; the check is gone, unless a calculated check depends on it."""
    identifier = _item(call).told["Id"]
    for item in call.backend.health_checks.values():
        if identifier in (item.told["HealthCheckConfig"].get("ChildHealthChecks") or ()):
            raise Refusal(
                "HealthCheckInUse", f"The health check {identifier} is a child of {item.told['Id']}."
            )
    del call.backend.health_checks[identifier]
    return {}


def _completed(given: Mapping[str, Any]) -> dict[str, Any]:
    plain = {"Inverted": False, "Disabled": False}
    if given["Type"] not in WITHOUT_ENDPOINT:
        secure = given["Type"].startswith("HTTPS")
        plain |= {"MeasureLatency": False, "RequestInterval": 30, "FailureThreshold": 3, "EnableSNI": secure}
        if given["Type"] != "TCP":
            plain["Port"] = 443 if secure else 80
    return {**plain, **given}


def _answer(told: Mapping[str, Any]) -> Answer:
    location = f"https://route53.amazonaws.com/2013-04-01/healthcheck/{told['Id']}"
    return {"HealthCheck": told, "Location": location}


def _item(call: Call) -> Item:
    found = call.backend.health_checks.get(call["HealthCheckId"])
    if found is None:
        text = f"A health check with id {call['HealthCheckId']} does not exist."
        raise Refusal("NoSuchHealthCheck", text)
    return found


OPERATIONS: Final[tuple[Operation, ...]] = (
    create_health_check,
    get_health_check,
    list_health_checks,
    update_health_check,
    delete_health_check,
)

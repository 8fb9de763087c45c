"""Records to Pulumi's deployment format and back: `DeploymentV3`, and the file of a self-managed backend.

Source: pulumi/pulumi, `sdk/go/common/apitype/core.go`. Keys are left out when empty, as Pulumi does.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, cast

from provisioner.engine.embedded.property_json import Malformed, compact, number, parsed, read, written
from provisioner.engine.embedded.secrets import Sealer
from provisioner.engine.embedded.state import Began, ResourceState
from provisioner.plan.marks import UNFINISHED

VERSION = 3
READABLE = (3, 4)
"""Format 4 is format 3 and the features that a file names. It is written only where one of them is used."""

_FEATURES: Final = {"resourceHooks": "hooks", "replaceWith": "replaceWith"}
"""The features that are known here, by the field of a resource that takes them."""

WRITER = "provisioner"
"""The manifest's version; its `magic` is the digest of it, or Pulumi refuses the file."""

_CLOUD_KEYS = ("awskms://", "hashivault://")
"""How the addresses begin of the keys that are known here."""

_OURS_IN_METADATA = "provisioner"

_TEXTS = {
    "urn": "urn",
    "id": "id",
    "type": "type",
    "parent": "parent",
    "provider": "provider",
    "import_id": "importID",
    "deleted_with": "deletedWith",
    "created": "created",
    "modified": "modified",
}
_FLAGS = {
    "custom": "custom",
    "delete": "delete",
    "protect": "protect",
    "external": "external",
    "pending_replacement": "pendingReplacement",
    "retain_on_delete": "retainOnDelete",
}
_PLAIN = (*_TEXTS.items(), *_FLAGS.items())
_LISTS = {
    "dependencies": "dependencies",
    "init_errors": "initErrors",
    "additional_secret_outputs": "additionalSecretOutputs",
    "ignore_changes": "ignoreChanges",
    "replace_on_changes": "replaceOnChanges",
    "replace_with": "replaceWith",
    "hide_diffs": "hideDiff",
}
_PROPERTIES = {"inputs": "inputs", "outputs": "outputs"}
_OWN_SHAPE = {
    "property_dependencies": "propertyDependencies",
    "custom_timeouts": "customTimeouts",
    "hooks": "resourceHooks",
    "replacement_trigger": "replacementTrigger",
}
_KNOWN = frozenset(
    name for names in (_TEXTS, _FLAGS, _LISTS, _PROPERTIES, _OWN_SHAPE) for name in names.values()
)
_ALWAYS = frozenset({"urn", "custom", "type"})


class Doubled(Malformed):
    """Two live records have one URN; says which."""


class Unsupported(ValueError):
    """A file is of a format, or uses a feature, that is not known here; says which."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a file in this format holds."""

    records: tuple[ResourceState, ...] = ()
    pending: tuple[Began, ...] = ()
    secrets: Mapping[str, Any] | None = None
    """`secrets_providers`, as it is written."""


def record_json(state: ResourceState, sealer: Sealer) -> dict[str, Any]:
    """`ResourceV3`."""
    found: dict[str, Any] = {}
    for field, name in _PLAIN:
        value = getattr(state, field)
        if value or name in _ALWAYS:
            found[name] = value
    for field, name in _LISTS.items():
        if value := getattr(state, field):
            found[name] = list(value)
    for field, name in _PROPERTIES.items():
        if value := getattr(state, field):
            found[name] = written(value, sealer)
    return {
        **found,
        **_own_shapes(state),
        **_trigger_json(state.replacement_trigger, sealer),
        **{name: value for name, value in state.other.items() if name not in _KNOWN},
    }


def _own_shapes(state: ResourceState) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if needs := state.property_dependencies:
        found["propertyDependencies"] = {name: list(on) for name, on in sorted(needs.items())}
    if hooks := state.hooks:
        found["resourceHooks"] = {kind: list(names) for kind, names in sorted(hooks.items())}
    if timeouts := state.custom_timeouts:
        found["customTimeouts"] = {name: number(seconds) for name, seconds in sorted(timeouts.items())}
    return found


def _trigger_json(trigger: Any, sealer: Sealer) -> dict[str, Any]:
    """A trigger may be zero, or an empty text."""
    return {} if trigger is None else {"replacementTrigger": written(trigger, sealer)}


def record_of(raw: Any, sealer: Sealer) -> ResourceState:
    """The record of a `ResourceV3`, its inputs as the object has them; raises `Malformed`."""
    fields = _expected(raw, dict, "a resource")
    if not fields.get("urn") or not fields.get("type"):
        raise Malformed("a resource has no urn or no type")
    found: dict[str, Any] = {}
    for field, name in _TEXTS.items():
        found[field] = _expected(fields.get(name, ""), str, name)
    for field, name in _FLAGS.items():
        found[field] = _expected(fields.get(name, False), bool, name)
    for field, name in _LISTS.items():
        found[field] = _texts(fields.get(name), name)
    for field, name in _PROPERTIES.items():
        found[field] = read(_expected(fields.get(name) or {}, dict, name), sealer)
    if (left := found["outputs"].pop(UNFINISHED, None)) is not None:
        found["inputs"] = left
    on = _expected(fields.get("propertyDependencies") or {}, dict, "propertyDependencies")
    timeouts = _expected(fields.get("customTimeouts") or {}, dict, "customTimeouts")
    hooks = _expected(fields.get("resourceHooks") or {}, dict, "resourceHooks")
    return ResourceState(
        **found,
        property_dependencies={key: _texts(urns, "propertyDependencies") for key, urns in on.items()},
        custom_timeouts={key: float(_expected(value, (int, float), key)) for key, value in timeouts.items()},
        hooks={kind: _texts(names, "resourceHooks") for kind, names in hooks.items()},
        replacement_trigger=read(fields.get("replacementTrigger"), sealer),
        other={name: value for name, value in fields.items() if name not in _KNOWN},
    )


def _expected(value: Any, kind: type[Any] | tuple[type[Any], ...], name: str) -> Any:
    if not isinstance(value, kind):
        raise Malformed(f"{name} has the wrong type, {type(value).__name__}")
    return value


def _texts(value: Any, name: str) -> tuple[str, ...]:
    items = cast("list[Any]", _expected(value or [], list, name))
    return tuple(_expected(item, str, name) for item in items)


def deployment_json(
    records: Iterable[ResourceState], pending: Iterable[Began], sealer: Sealer, time: str
) -> dict[str, Any]:
    """`DeploymentV3`; `time` is RFC 3339. Each pending operation also says its `operation` number."""
    resources = [record_json(state, sealer) for state in records]
    operations = [
        {"resource": record_json(began.goal, sealer), "type": began.kind, "operation": began.operation}
        for began in pending
    ]
    secrets = sealer.state()  # after the records, since the first secret brings it about
    magic = hashlib.sha256(WRITER.encode()).hexdigest()
    return {
        "manifest": {"time": time, "magic": magic, "version": WRITER},
        **({"secrets_providers": secrets} if secrets else {}),
        **({"resources": resources} if resources else {}),
        **({"pending_operations": operations} if operations else {}),
        "metadata": {},
    }


Single = Callable[[tuple[ResourceState, ...]], tuple[ResourceState, ...]]
"""What becomes of records of which two live ones have one URN."""


def must_be_single(records: tuple[ResourceState, ...]) -> tuple[ResourceState, ...]:
    """The same; raises `Doubled` if two live records have one URN."""
    live = Counter(each.urn for each in records if not each.delete)
    if twice := [urn for urn, times in live.items() if times > 1]:
        raise Doubled(f"it records {twice[0]} twice")
    return records


def deployment_of(raw: Any, sealer: Sealer, single: Single = must_be_single) -> Deployment:
    """What a `DeploymentV3` holds. Raises `Malformed`, also if two live records have one URN."""
    fields = _expected(raw or {}, dict, "the deployment")
    resources = _expected(fields.get("resources") or [], list, "resources")
    records = single(tuple(record_of(each, sealer) for each in resources))
    operations = _expected(fields.get("pending_operations") or [], list, "pending_operations")
    return Deployment(records, _pending(operations, sealer), secrets_of(fields))


def _pending(raw: Sequence[Any], sealer: Sealer) -> tuple[Began, ...]:
    """The operations with their numbers; those that another program wrote without one get the next ones."""
    operations = [_expected(each, dict, "a pending operation") for each in raw]
    known = [_expected(each.get("operation", 0), int, "operation") for each in operations]
    fresh = count(max(known, default=0) + 1)
    return tuple(
        Began(
            operation=number or next(fresh),
            kind=_expected(each.get("type"), str, "type"),
            goal=record_of(each.get("resource"), sealer),
        )
        for number, each in zip(known, operations, strict=True)
    )


Descent = tuple[str, int]
"""What a state has in common with each later one, and how many were written before it."""

NO_DESCENT: Final[Descent] = ("", 0)


def lineage_json(lineage: str, serial: int) -> dict[str, Any]:
    """`metadata` of a deployment; Pulumi passes it over, and drops it when it writes."""
    return {_OURS_IN_METADATA: {"lineage": lineage, "serial": serial}}


def lineage_of(raw: Mapping[str, Any]) -> Descent:
    """That of a raw deployment; `NO_DESCENT` if it does not say it."""
    match raw.get("metadata"):
        case {"provisioner": {"lineage": str(lineage), "serial": int(serial)}}:
            return lineage, serial
        case _:
            return NO_DESCENT


def writer_of(raw: Mapping[str, Any]) -> str:
    """Which program wrote a raw deployment, as its manifest has it; empty if nothing is recorded in it."""
    if not (raw.get("resources") or raw.get("pending_operations")):
        return ""
    manifest = raw.get("manifest")
    said: Any = cast("dict[str, Any]", manifest).get("version") if isinstance(manifest, dict) else ""
    return str(said or WRITER)


def secrets_of(raw: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The `secrets_providers` of a raw deployment; raises `Unsupported` if no key here could open them."""
    match raw.get("secrets_providers"):
        case None | {"type": ""}:
            return None
        case {"type": "passphrase", "state": {"salt": str()}} as secrets:
            return cast("Mapping[str, Any]", secrets)
        case {"type": "cloud", "state": {"url": str(url), "encryptedkey": str()}} as secrets:
            if not url.startswith(_CLOUD_KEYS):
                raise Unsupported(f"secrets provider {url.partition('://')[0]}")
            return cast("Mapping[str, Any]", secrets)
        case {"type": str(kind)} if kind not in ("passphrase", "cloud"):
            raise Unsupported(f"secrets provider {kind}")
        case _:
            raise Malformed("the salt or the key of its secrets is missing")


_HEAD = b'{%s,"checksum":"%s","checkpoint":'
_OURS = re.compile(
    rb'\{"version":(?:3|4,"features":\[[^]]*\]),"checksum":"([0-9a-f]{64})","checkpoint":(.*)\}\n', re.DOTALL
)


def format_of(deployment: Mapping[str, Any]) -> dict[str, Any]:
    """The `version` of the format that a raw deployment needs, and the `features` it uses, if any."""
    operations = (each["resource"] for each in deployment.get("pending_operations", ()))
    records = (*deployment.get("resources", ()), *operations)
    used = sorted(name for field, name in _FEATURES.items() if any(field in record for record in records))
    return {"version": max(READABLE), "features": used} if used else {"version": VERSION}


def file_of(stack: str, deployment: Mapping[str, Any]) -> bytes:
    """The content of the file for this stack (`organization/<project>/<stack>`).

    Beside what Pulumi writes it has the `checksum` of the checkpoint's text. Pulumi ignores it and drops it.
    """
    return enclosed(format_of(deployment), compact({"stack": stack, "latest": deployment}))


def enclosed(form: Mapping[str, Any], checkpoint: str) -> bytes:
    """The content of a file with this checkpoint; `form` is as `format_of` says."""
    body = checkpoint.encode("utf-8", "surrogatepass")
    head = compact(form).strip("{}").encode()
    return _HEAD % (head, hashlib.sha256(body).hexdigest().encode()) + body + b"}\n"


def is_ours(data: bytes) -> bool:
    """Whether the content of a file was written here, and not by Pulumi or by hand."""
    return _OURS.fullmatch(data) is not None


def deployment_in(data: bytes) -> dict[str, Any]:
    """The raw deployment in the content of a file.

    Raises `Malformed`, also if the checksum is wrong, and `Unsupported`. A file of Pulumi's has no checksum.
    """
    ours = _OURS.fullmatch(data)
    if ours and hashlib.sha256(ours[2]).hexdigest().encode() != ours[1]:
        raise Malformed("its checksum is wrong: it was changed by hand, or the disk lost something")
    fields = _expected(parsed(data), dict, "the file")
    unknown = fields.keys() - ({"version", "checkpoint", "features"} | ({"checksum"} if ours else set()))
    _check_version(fields.get("version"), fields.get("features") or [])
    if unknown:
        raise Malformed(f"it has {', '.join(sorted(map(repr, unknown)))} where a checkpoint should be")
    checkpoint = _expected(fields.get("checkpoint"), dict, "the checkpoint")
    return _expected(checkpoint.get("latest") or {}, dict, "the deployment")


def exported_in(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The raw deployment in what an export wrote, or in a state file such as a backup.

    Raises `Malformed` and `Unsupported`.
    """
    _check_version(raw.get("version"), raw.get("features") or [])
    if "checkpoint" in raw:
        raw = {"deployment": _expected(raw["checkpoint"], dict, "the checkpoint").get("latest") or {}}
    return _expected(raw.get("deployment"), dict, "the deployment")


def _check_version(version: Any, features: Sequence[str]) -> None:
    if not isinstance(version, int):
        raise Malformed("it does not say the version of its format")
    if version > max(READABLE):
        raise Unsupported(f"format {version}")
    if version < min(READABLE):
        raise Malformed(f"it is of format {version}; let a current Pulumi read and write it once")
    if unknown := sorted({*map(str, features)}.difference(_FEATURES.values())):
        raise Unsupported(", ".join(unknown))

"""What a support bundle may hold of things in which a secret may stand.

Nothing is copied and then cleaned. Only what comes from a closed list leaves here: settings that are numbers
or words of the model, types, counts, codes, names of our own files. A text that a person, a cloud or a log
has written does not.  Pure.
"""

from __future__ import annotations

import builtins
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final, cast

from environments import vocabulary
from environments.diagnostics import Diagnostic
from environments.gpu_catalogue import PROFILES
from environments.kubernetes_calendar import VERSIONS
from environments.load import Loaded
from environments.node_types import NODE_TYPES
from environments.origins import rows
from environments.regions import REGIONS
from environments.source import Path, dotted

LEFT_OUT: Final = "(left out)"

VARIABLES: Final = (
    "AWS_ACCESS_KEY_ID", "AWS_CA_BUNDLE", "AWS_CONFIG_FILE", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL",
    "AWS_PROFILE", "AWS_REGION", "AWS_ROLE_ARN", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "CI", "HTTPS_PROXY", "HTTP_PROXY",
    "NO_COLOR", "NO_PROXY", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE", "PYTHONPATH",
    "SSL_CERT_FILE", "VIRTUAL_ENV", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip
"""Variables that change what happens; that one is set is told, its value never."""

_WORDS: Final = frozenset(
    {
        *REGIONS,
        *VERSIONS,
        *NODE_TYPES,
        *PROFILES,
        *(mig for each in PROFILES.values() for mig in each.mig_profiles),
    }
)
"""Words of tables that the settings choose from."""

_QUANTITY: Final = re.compile(r"[0-9]{1,6}(d|h|Gi|Mi|\.\.[0-9]{1,6})?")
_FRAME: Final = re.compile(
    r'^ +File "[^"]*?/(?P<file>(?:provisioner|stacks|components|environments)/[a-z0-9_/]+\.py)", '
    r"line (?P<line>[0-9]+), in (?P<name>[A-Za-z_]\w*)$",
    re.MULTILINE,
)
_RAISED: Final = re.compile(r"^(?:[a-z_]+\.)*(?P<name>[A-Z]\w+)(?::|$)", re.MULTILINE)
_EXCEPTIONS: Final = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)
_DIGITS: Final = re.compile(r"[0-9T.Z]+")


def settings(loaded: Loaded) -> dict[str, Any]:
    """The settings by path: values of closed lists and numbers; of others only that they are there."""
    found: dict[str, Any] = {}
    for row in rows(loaded):
        path = _known_part(row.at)
        found[dotted(path)] = _value(path, row.value) if path == row.at else LEFT_OUT
    return found


def problems(diagnostics: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    """Kind and line of each; what was written there may be anything."""
    return [
        {"code": each.problem.code, "line": each.place.line if each.place else None} for each in diagnostics
    ]


def deployment(exported: Mapping[str, Any]) -> dict[str, Any]:
    """How many resources of each type a state holds, and what was begun and never ended."""
    content = cast("dict[str, Any]", exported.get("deployment") or {})
    records = cast("list[dict[str, Any]]", content.get("resources") or [])
    pending = cast("list[dict[str, Any]]", content.get("pending_operations") or [])
    return {
        "resources": len(records),
        "types": dict(sorted(Counter(_type(record) for record in records).items())),
        "waiting_for_deletion": sum(bool(record.get("delete")) for record in records),
        "unfinished": [
            {"operation": _word(each.get("type", "")), "type": _type(each.get("resource") or {})}
            for each in pending
        ],
    }


def bug(name: str, text: str) -> dict[str, Any]:
    """Where in our code it happened, and the kind of exception; not what the exception says."""
    frames = [f"{found['file']}:{found['line']} {found['name']}" for found in _FRAME.finditer(text)]
    return {
        "at": stem if _DIGITS.fullmatch(stem := PurePath(name).stem) else LEFT_OUT,
        "raised": [*_exceptions(text)][-1:],
        "frames": frames,
    }


def log(text: str) -> dict[str, Any]:
    """How long it is, and the kinds of exceptions in it."""
    return {"lines": text.count("\n"), "raised": dict(sorted(Counter(_exceptions(text)).items()))}


def _exceptions(text: str) -> Iterator[str]:
    return (found["name"] for found in _RAISED.finditer(text) if found["name"] in _EXCEPTIONS)


def _known_part(path: Path) -> Path:
    """The path up to the first word that the model does not have: below it, people choose the words."""
    for place, key in enumerate(path):
        sections = vocabulary.sections_at(path[:place])
        if isinstance(key, str) and not any(key in section.model_fields for section in sections):
            return path[:place]
    return path


def _value(path: Path, value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            field = vocabulary.setting(path)
            words = (*vocabulary.choices(field), *_WORDS) if field else ()
            return value if value in words or _QUANTITY.fullmatch(value) else LEFT_OUT
        case list():
            return f"{len(cast('list[Any]', value))} entries"
        case _:
            return LEFT_OUT


def _type(record: Mapping[str, Any]) -> str:
    """A type token: what no secret looks like, of the packages that there are."""
    token = str(record.get("type", ""))
    packages = ("aws:", "pulumi:", "mlplat:")
    return token if token.startswith(packages) and re.fullmatch(r"[\w:/-]{1,100}", token) else LEFT_OUT


def _word(text: str) -> str:
    return text if text in ("creating", "updating", "deleting", "reading", "importing") else LEFT_OUT

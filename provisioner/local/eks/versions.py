"""The Kubernetes versions that EKS has, and DescribeClusterVersions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final

from environments.kubernetes_calendar import DEFAULT_VERSION, VERSIONS, Support, Version
from provisioner.local.operation import Answer, Call, Operation, Refusal, page

PLATFORMS: Final = {"1.32": "eks.35", "1.33": "eks.26", "1.34": "eks.16", "1.35": "eks.9", "1.36": "eks.4"}
"""The platform that a new cluster of a version gets; made up, of AWS's form."""

RELEASES: Final[Mapping[str, Version]] = {name: known for name, known in VERSIONS.items() if known.released}
"""The versions that EKS has or had, from old to new."""


def check_version(version: str) -> None:
    """Refuse a version that EKS does not have (any more)."""
    if version not in RELEASES or _support(version) == "UNSUPPORTED":
        raise Refusal("InvalidParameterException", f"unsupported Kubernetes version {version}")


def platform_of(version: str) -> str:
    """The platform version that new clusters of a version get."""
    return PLATFORMS.get(version, "eks.48")


def describe_cluster_versions(call: Call) -> Answer:
    """The versions, newest first; those out of support only with `includeAll` or if they are asked for."""
    asked = call.get("clusterVersions") or sorted(RELEASES, key=_order, reverse=True)
    unknown = next((version for version in asked if version not in RELEASES), None)
    if unknown:
        raise Refusal("InvalidParameterException", f"unsupported Kubernetes version {unknown}")
    wanted = [version for version in asked if _is_wanted(version, call)]
    names, token = page(wanted, call)
    return {"clusterVersions": [_told(version) for version in names], "nextToken": token}


def is_next(before: str, after: str) -> bool:
    """Whether a cluster can go from one version to the other: one minor version up."""
    return _order(after) == (_order(before)[0], _order(before)[1] + 1)


def _is_wanted(version: str, call: Call) -> bool:
    support = _support(version)
    if call.get("defaultOnly") and version != DEFAULT_VERSION:
        return False
    asked = call.get("versionStatus") or (call.get("status") or "").replace("-", "_").upper()
    if asked:
        return support == asked
    return bool(call.get("includeAll") or call.get("clusterVersions")) or support != "UNSUPPORTED"


def _told(version: str) -> dict[str, Any]:
    release, support = RELEASES[version], _support(version)
    return {
        "clusterVersion": version,
        "clusterType": "eks",
        "defaultPlatformVersion": platform_of(version),
        "defaultVersion": version == DEFAULT_VERSION,
        "releaseDate": _moment(release.released),
        "endOfStandardSupportDate": _moment(release.standard_ends),
        "endOfExtendedSupportDate": _moment(release.extended_ends),
        "status": support.replace("_", "-").lower(),
        "versionStatus": support,
        "kubernetesPatchVersion": f"{version}.2",
    }


def _support(version: str) -> str:
    kind = RELEASES[version].support(datetime.now(UTC).date())
    if kind in (Support.ENDED, Support.UNKNOWN):
        return "UNSUPPORTED"
    return "EXTENDED_SUPPORT" if kind is Support.EXTENDED else "STANDARD_SUPPORT"


def _moment(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


OPERATIONS: Final[tuple[Operation, ...]] = (describe_cluster_versions,)

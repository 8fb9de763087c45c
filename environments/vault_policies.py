"""Mounts and policies of one's own in Vault, and what no policy may say.

How paths match: Vault, "Policies": `+` is any one part, `*` at the end is any rest, what stands in `{{}}` is
filled in by who asks, and a slash at the beginning counts for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from environments.diagnostics import Problem
from environments.quantities import Whole
from environments.section import Form, Section, distinct, named_twice, refused
from environments.short_form import Short
from environments.vault_login import PATH, PATH_FORM

ENGINES: Final = ("transit", "kv", "pki", "pki-issuing", "database")
"""Where the environment's own engines are mounted, below its name."""

GROUP: Final = r"^[A-Za-z0-9][A-Za-z0-9._:@/-]*$"
"""A group of people, as an issuer's tokens name it."""

_FILLED_IN: Final = re.compile(r"[^/]*\{\{[^/]*\}\}[^/*]*")
_CHANGING: Final = frozenset({"create", "update", "patch", "sudo"})

_OF_METHODS: Final = (
    *("config", "role/+", "role/+/policies", "users/+", "users/+/policies"),
    *("groups/+", "certs/+", "map/+/+"),
)
"""Below an auth method: whom it trusts, and who gets which policies by it."""

_ADMINISTRATION: Final = (
    "sys/policies/acl/{policy}",
    "sys/policy/{policy}",
    "identity/group",
    "identity/group/name/+",
    "identity/group/id/+",
    "identity/group-alias",
    "identity/group-alias/id/+",
    "identity/entity",
    "identity/entity/name/+",
    "identity/entity/id/+",
    "identity/entity/merge",
    "identity/entity-alias",
    "identity/entity-alias/id/+",
    "sys/auth/+",
    "sys/auth/+/+",
    "auth/token/roles/+",
    *(f"{method}/{end}" for method in ("auth/+", "auth/+/+") for end in _OF_METHODS),
)
"""Who may change what is there may give itself whatever policy: the policy itself, and who has which."""

_BY_SUDO: Final = ("auth/token/create", "auth/token/create/+", "auth/token/create-orphan", "sys/raw/*")
"""The same for who has `sudo` there: a token of any policies, what Vault has stored. Without it a token made
here has no policy that its maker lacks. (Vault, "Token auth method (API)", "Create token".)"""


class KvMount(Section):
    """A further place for secrets, KV version 2."""

    path: Annotated[
        str,
        PATH_FORM,
        Field(
            pattern=PATH,
            max_length=100,
            description="Where it is mounted, below the environment's name.",
            examples=["archive"],
        ),
    ]
    versions: Annotated[
        Whole,
        Field(ge=1, le=1000, description="How many versions of a secret are kept.", examples=[10]),
    ] = 10


Mounts = tuple[Annotated[KvMount, Short("path", ())], ...]


def apart(mounts: Sequence[KvMount]) -> Sequence[KvMount]:
    """The mounts, none of which lies inside another, or inside one of the environment's own."""
    taken: dict[str, str] = dict.fromkeys(ENGINES, "an engine of the environment itself")
    for number, mount in enumerate(mounts):
        for other, what in taken.items():
            if _is_inside(mount.path, other) or _is_inside(other, mount.path):
                detail = (
                    f"`{mount.path}` and `{other}`, {what}, share their paths: Vault could not tell whose "
                    "they are, and refuses it."
                )
                because = (f"{number}.path", *(f"{each}.path" for each in range(number)))
                fix = "mount it beside the other, under another name."
                raise refused(Problem.MOUNTS, detail, fix, at=(number, "path"), because=because)
        taken[mount.path] = "another entry"
    return mounts


def _is_inside(path: str, other: str) -> bool:
    return f"{path}/".startswith(f"{other}/")


Capability = Literal["create", "read", "update", "patch", "delete", "list", "sudo", "deny"]


class VaultPolicy(Section):
    """What some people and some workloads may do in Vault, besides what their team may."""

    name: Annotated[
        str,
        Form("2 to 40 lower-case letters, digits and `-`, beginning with a letter, not ending with `-`"),
        Field(
            min_length=2,
            max_length=40,
            pattern=r"^[a-z][a-z0-9-]*[a-z0-9]$",
            description="Name of the policy; in Vault the environment's comes before it.",
            examples=["auditors"],
        ),
    ]
    rules: Annotated[
        Mapping[str, tuple[Capability, ...]],
        Form("a mapping of paths of Vault to lists of capabilities"),
        Field(
            min_length=1,
            description="Path -> what may be done there; `+` is any one part, `*` at the end any rest.",
            examples=[{"prod/kv/metadata/*": ["list", "read"]}],
        ),
    ]
    groups: Annotated[
        tuple[
            Annotated[
                str,
                Form("a group as the issuer of people's tokens knows it"),
                Field(pattern=GROUP, max_length=253, examples=["audit"]),
            ],
            ...,
        ],
        Field(description="Groups of people who have it; needs `people`.", examples=[["audit"]]),
        AfterValidator(distinct),
    ] = ()
    workloads: Annotated[
        tuple[
            Annotated[
                str,
                Form("a service account, `<namespace>/<name>`"),
                Field(
                    pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
                    max_length=317,
                    examples=["search/indexer"],
                ),
            ],
            ...,
        ],
        Field(
            description="Service accounts of the clusters whose pods have it, by the role of its name.",
            examples=[["search/indexer"]],
        ),
        AfterValidator(distinct),
    ] = ()


RESERVED: Final = ("keys-admin", "certificates", "provisioner")
"""Names that policies of the environment's own have; besides all that begin like `OWN`."""

OWN: Final = ("team-", "model-", "key-", "people-", "database-")
"""How the names of policies begin that are made for teams, models, keys and databases."""


def named_apart(policies: Sequence[VaultPolicy]) -> Sequence[VaultPolicy]:
    """The policies, each with a name of its own."""
    for number, policy in enumerate(policies):
        if policy.name in RESERVED or policy.name.startswith(OWN):
            detail = f"`{policy.name}` is a name of policies that the environment makes itself."
            fix = "give the policy another name."
            raise refused(Problem.CONTRADICTION, detail, fix, at=(number, "name"))
    for no in named_twice([policy.name for policy in policies], "{} is the name of another policy already."):
        raise no
    return policies


def granting_themselves(
    policies: Sequence[VaultPolicy], environment: str, *at: str
) -> PydanticCustomError | None:
    """Why a policy would let its holders give themselves more, or None; `at` leads to the policies."""
    for number, policy in enumerate(policies):
        for path, capabilities in policy.rules.items():
            if not _CHANGING.intersection(capabilities):
                continue
            if place := administration_under(path, f"{environment}-{policy.name}", capabilities):
                detail = (
                    f"By `{path}` whoever has the policy may write to `{place}`, and so give themselves what "
                    "no policy has given them."
                )
                fix = "leave out the path, or only `read` and `list` it."
                where = (*at, number, "rules", path)
                return refused(
                    Problem.OWN_ADMINISTRATION, detail, fix, at=where, because=("name",), blame="name"
                )
    return None


def administration_under(path: str, policy: str, capabilities: Sequence[str]) -> str | None:
    """A place that a path of a policy covers, by which the policy's holders could get more; None: none."""
    further = _BY_SUDO if "sudo" in capabilities else ()
    places = (place.format(policy=policy) for place in (*_ADMINISTRATION, *further))
    written = "".join(path.lower().split())  # a policy's name is the same in capitals, and with spaces around
    covered = _FILLED_IN.sub("+", written.removeprefix("/")).replace("+*", "*")
    return next((place for place in places if meet(covered, place)), None)


def meet(one: str, other: str) -> bool:
    """Whether two paths of policies have some path in common."""
    parts, others = one.split("/"), other.split("/")
    for number, (part, that) in enumerate(zip(parts, others, strict=False)):
        if part.endswith("*") and number == len(parts) - 1:
            return _begins(part[:-1], that)
        if that.endswith("*") and number == len(others) - 1:
            return _begins(that[:-1], part)
        if part != that and "+" not in (part, that):
            return False
    return len(parts) == len(others)


def _begins(start: str, part: str) -> bool:
    """Whether a part of a path may begin so, and so go on in whatever way."""
    end = part.removesuffix("*")
    return part == "+" or part.startswith(start) or (part != end and start.startswith(end))

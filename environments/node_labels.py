"""Labels and taints of nodes: what Kubernetes and EKS accept.

Form of keys and values: Kubernetes, "Labels and Selectors" (syntax and character set). Reserved keys: the
kubelet's own rule for `--node-labels`. Lengths: EKS CreateNodegroup, whose `labelKey` and `labelValue`
have 1 to 63 characters with their prefix, fewer than Kubernetes allows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

from environments.diagnostics import Problem
from environments.section import Form, Section, refused

_LONGEST: Final = 63
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_PREFIX = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_RESERVED: Final = ("kubernetes.io", "k8s.io", "eks.amazonaws.com", "karpenter.sh", "karpenter.k8s.aws")
_FREE: Final = ("node.kubernetes.io", "kubelet.kubernetes.io")

OWN_TAINTS: Final = ("nvidia.com/gpu", "aws.amazon.com/neuron")
"""The taint that every GPU pool has from the platform, by vendor."""


class Taint(Section):
    """Keeps pods away that do not tolerate it."""

    key: Annotated[
        str,
        Form("a key of Kubernetes, `name` or `prefix/name`"),
        Field(min_length=1, description="Key of the taint.", examples=["team"]),
    ]
    value: Annotated[str, Form("a text"), Field(description="Value of the taint.", examples=["search"])] = ""
    effect: Annotated[
        Literal["NoSchedule", "PreferNoSchedule", "NoExecute"],
        Field(description="What happens to pods that do not tolerate it."),
    ]


def accepted_labels(labels: Mapping[str, str]) -> Mapping[str, str]:
    """The labels, each of which nodes may have."""
    for key, value in labels.items():
        if no := _not_a_key(key, "label"):
            raise refused(Problem.KUBERNETES, *no, at=(key,), blame="name")
        if not value:
            detail = f"The label `{key}` has no value, and EKS takes none without."
            raise refused(Problem.KUBERNETES, detail, f'write `{key}: "true"`.', at=(key,))
        if no := _not_a_value(value):
            raise refused(Problem.KUBERNETES, *no, at=(key,))
    return labels


def accepted_selector(labels: Mapping[str, str]) -> Mapping[str, str]:
    """The labels, each of which a node may have from whomever: also those of Kubernetes itself."""
    for key, value in labels.items():
        if no := _malformed(key, "label"):
            raise refused(Problem.KUBERNETES, *no, at=(key,), blame="name")
        if value and (no := _not_a_value(value)):
            raise refused(Problem.KUBERNETES, *no, at=(key,))
    return labels


def accepted_taints(taints: Sequence[Taint]) -> Sequence[Taint]:
    """The taints, each of which nodes may have, and none of which stands there twice."""
    seen: dict[tuple[str, str], int] = {}
    for number, taint in enumerate(taints):
        if no := _not_a_key(taint.key, "taint"):
            raise refused(Problem.KUBERNETES, *no, at=(number, "key"))
        if taint.value and (no := _not_a_value(taint.value)):
            raise refused(Problem.KUBERNETES, *no, at=(number, "value"))
        if taint.key in OWN_TAINTS:
            detail = f"`{taint.key}` is the taint every pool has from the platform already."
            raise refused(Problem.LISTED_TWICE, detail, "remove it.", at=(number, "key"))
        if (taint.key, taint.effect) in seen:
            detail = f"`{taint.key}` with effect `{taint.effect}` is listed more than once."
            because = (str(number), str(seen[taint.key, taint.effect]))
            fix = "list each once."
            raise refused(Problem.LISTED_TWICE, detail, fix, at=(number, "key"), because=because)
        seen[taint.key, taint.effect] = number
    return taints


def _not_a_key(key: str, what: str) -> tuple[str, str] | None:
    """Why it is none of one's own, and what to write instead."""
    if no := _malformed(key, what):
        return no
    prefix, _, name = key.rpartition("/")
    if _is_reserved(prefix):
        detail = f"Keys of `{prefix}/` belong to Kubernetes or AWS: a node that gives itself one is refused."
        return detail, f"take a prefix of your own, `example.com/{name}`."
    return None


def _malformed(key: str, what: str) -> tuple[str, str] | None:
    """Why it is none, and what to write instead."""
    prefix, slash, name = key.rpartition("/")
    form = _NAME.fullmatch(name) and (not slash or _PREFIX.fullmatch(prefix))
    if not form or len(key) > _LONGEST:
        detail = (
            f"`{key}` is no key of a {what}: letters, digits, `.`, `_` and `-` between two letters or "
            f"digits, perhaps after a domain and `/`, {_LONGEST} characters in all."
        )
        return detail, f"write a key such as `team` or `example.com/{what}`."
    return None


def _is_reserved(prefix: str) -> bool:
    def belongs(domains: Sequence[str]) -> bool:
        return any(prefix == domain or prefix.endswith(f".{domain}") for domain in domains)

    return belongs(_RESERVED) and not belongs(_FREE)


def _not_a_value(value: str) -> tuple[str, str] | None:
    """Why it is none, and what to write instead."""
    if _NAME.fullmatch(value) and len(value) <= _LONGEST:
        return None
    detail = (
        f"`{value}` is no value of a label or taint: letters, digits, `.`, `_` and `-` between two "
        f"letters or digits, {_LONGEST} characters in all."
    )
    return detail, "write a word such as `search`."

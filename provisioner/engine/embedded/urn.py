"""Make and take apart URNs.

`urn:pulumi:<stack>::<project>::<parent type$...$type>::<name>`; the type of the root stack is left out of the
chain, and a name may itself hold `::` (Pulumi's `sdk/go/common/resource/urn`).
"""

from __future__ import annotations

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_PREFIX = "pulumi:providers:"
DYNAMIC = "pulumi-python"
"""The package of dynamic resources."""

_PARTS = 4


def make(stack: str, project: str, parent: str, type: str, name: str) -> str:
    """The URN of a resource; `parent` is a URN, or empty."""
    chain = type_chain(parent) if parent else ""
    prefix = f"{chain}$" if chain and chain != STACK_TYPE else ""
    return f"urn:pulumi:{stack}::{project}::{prefix}{type}::{name}"


def is_valid(urn: str) -> bool:
    """Whether the text has the form of a URN."""
    return urn.startswith("urn:pulumi:") and len(urn.split("::", _PARTS - 1)) == _PARTS


def type_chain(urn: str) -> str:
    """The types from the outermost component down to the resource itself, joined by `$`."""
    return urn.split("::", _PARTS - 1)[2]


def type_of(urn: str) -> str:
    """The resource's own type."""
    return type_chain(urn).rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """The resource's logical name."""
    return urn.split("::", _PARTS - 1)[3]


def stack_of(urn: str) -> str:
    """`<project>/<stack>` of the state that the resource is recorded in."""
    head, project, _ = urn.split("::", 2)
    return f"{project}/{head.removeprefix('urn:pulumi:')}"


def named(urn: str, name: str) -> str:
    """The URN with another logical name."""
    return "::".join((*urn.split("::", _PARTS - 1)[:-1], name))


def package_of(type: str) -> str:
    """The package a type or function token belongs to: `aws` for `aws:ec2/vpc:Vpc`."""
    if type.startswith(PROVIDER_PREFIX):
        return type.removeprefix(PROVIDER_PREFIX)
    return type.split(":", 1)[0]


def is_provider(type: str) -> bool:
    """Whether resources of this type are configured providers."""
    return type.startswith(PROVIDER_PREFIX)


def reference(urn: str, id: str) -> str:
    """How resources name their provider."""
    return f"{urn}::{id}"


def provider_urn(reference: str) -> str:
    """The URN in a provider reference `<URN>::<id>`."""
    return reference.rsplit("::", 1)[0]


def reparented(urn: str, parent: str, old_parent: str) -> str:
    """What the URN was under `old_parent`; a name that began with the parent's follows."""
    head, project, _, name = urn.split("::", _PARTS - 1)
    new_name, old_name = name_of(parent), name_of(old_parent)
    if name.startswith(new_name):
        name = old_name + name.removeprefix(new_name)
    return make(head.removeprefix("urn:pulumi:"), project, old_parent, type_of(urn), name)

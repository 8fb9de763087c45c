"""How resources are called in what people read: the short form of types, names out of URNs, how many."""

from __future__ import annotations

STACK_TYPE = "pulumi:pulumi:Stack"


def type_of(urn: str) -> str:
    """The resource's own type: the last of the URN's chain of types."""
    return urn.split("::")[2].rpartition("$")[2] if urn.count("::") > 2 else ""  # noqa: PLR2004


def name_of(urn: str) -> str:
    """The name the program gave."""
    return urn.split("::", 3)[-1]


def short(type: str) -> str:
    """`aws:ec2:Vpc` for `aws:ec2/vpc:Vpc`; a component of ours goes by its class, `PrivateNetwork`."""
    package, _, rest = type.partition(":")
    module, _, name = rest.rpartition(":")
    if package == "mlplat":
        return name
    return ":".join(part for part in (package, module.partition("/")[0], name) if part)


def labelled(urn: str) -> str:
    """Type and name, as one line of text: `aws:ec2:Vpc local-network`."""
    return f"{short(type_of(urn))} {name_of(urn)}".lstrip()


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"

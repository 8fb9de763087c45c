"""What names a key, or was made from one: through the values of its properties, over all stacks."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from policies.model import Resource
from policies.values import Hidden
from provisioner.keyring.engine import Engine
from provisioner.keyring.key import KMS_ALIAS, Key, Kind, region_of


class Need(enum.StrEnum):
    """What a resource has a key for."""

    DATA = "data"
    """What it holds, or checks, is of no use without the key."""

    ACCESS = "access"
    """It says who may use the key; without the key it says nothing, and nothing is lost."""

    PART = "part"
    """It goes with the key: a name, a policy."""


@dataclass(frozen=True, slots=True)
class Use:
    """A resource that has to do with a key."""

    urn: str
    type: str
    name: str
    path: str
    """The property that names the key; empty: what it was made from is all that is known."""

    need: Need
    id: str = ""
    grantee: str = ""
    """Whom a grant lets use the key: who depends on the key through it."""


_GRANT: Final = "aws:kms/grant:Grant"
_PARTS: Final = frozenset({KMS_ALIAS, "aws:kms/keyPolicy:KeyPolicy", _GRANT})
_ACCESS: Final = frozenset(
    {
        "aws:iam/policy:Policy",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/userPolicy:UserPolicy",
        "aws:iam/groupPolicy:GroupPolicy",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "vault:index/policy:Policy",
    }
)
"""Types that say who may do what."""


def uses(key: Key | Engine, resources: Iterable[Resource]) -> tuple[Use, ...]:
    """What has to do with the key, or with any key in the engine; each once, in the resources' order."""
    names = _matcher(key)
    there = tuple(resources)
    own = {key.urn, *_aliases(key, there)}
    found: list[Use] = []
    for each in there:
        if each.urn == key.urn or not each.provider:  # components and providers hold nothing
            continue
        path = "backend" if _lies_in(key, each) else _path(each, names, own)
        if path is not None:
            found.append(Use(each.urn, each.type, each.name, path, _need(each), each.id, _grantee(each)))
    return tuple(found)


def names_key(key: Key | Engine, inputs: Mapping[str, Any], region: str) -> str:
    """The path of the first property that names the key; empty if none does."""
    names = _matcher(key)
    return next((path for path, text in _texts(inputs) if names(text, region)), "")


def _path(resource: Resource, names: Callable[[str, str], bool], own: set[str]) -> str | None:
    region = region_of(resource)
    for path, text in _texts(resource.inputs):
        if names(text, region):
            return path
    for name, urns in resource.property_dependencies.items():
        if not own.isdisjoint(urns):
            return name
    return None


def _grantee(resource: Resource) -> str:
    found = resource.inputs.get("granteePrincipal") if resource.type == _GRANT else None
    return found if isinstance(found, str) else ""


def _need(resource: Resource) -> Need:
    if resource.type in _PARTS:
        return Need.PART
    return Need.ACCESS if resource.type in _ACCESS else Need.DATA


def _lies_in(key: Key | Engine, resource: Resource) -> bool:
    """Whether it is a key in the engine, also where its backend is written out and comes from no resource."""
    if not isinstance(key, Engine) or not resource.type.startswith("vault:transit/"):
        return False
    return str(resource.inputs.get("backend")).strip("/") == key.path


def _aliases(key: Key | Engine, resources: Iterable[Resource]) -> Iterator[str]:
    for each in resources:
        if each.type == KMS_ALIAS and each.property_dependencies.get("targetKeyId", frozenset()) & {key.urn}:
            yield each.urn


def _matcher(key: Key | Engine) -> Callable[[str, str], bool]:
    """Whether a text, in a resource in a region, names the key, or a key in the engine."""
    if isinstance(key, Engine):
        return _names_transit(key.path, None)
    match key.kind:
        case Kind.KMS | Kind.REPLICA:
            return _names_kms(key)
        case Kind.TRANSIT:
            mount, _, name = key.id.rpartition("/")
            return _names_transit(mount, name)
        case Kind.ISSUER:
            pattern = re.compile(rf"(^|[^\w./-]){re.escape(key.id)}(/|$|[^\w.-])")
            return lambda text, _: pattern.search(text) is not None


def _names_transit(mount: str, name: str | None) -> Callable[[str, str], bool]:
    """By a path of Vault's API, an address, or the members `key` and `mount` of JSON; None: any name."""
    at, called = re.escape(mount), r"[\w.-]+" if name is None else re.escape(name)
    pattern = re.compile(
        rf"(^|[^\w./-]){at}/[a-z]+(/[a-z]+)?/{called}($|[^\w.-])"
        rf"|^hashivault://{called}\?engine={at}$"
        rf"|{_member('key', called)}[^{{}}]*{_member('mount', at)}"  # as `model_artifact.py` tells a pod
        + (rf"|^hashivault://{called}$" if mount == "transit" else "")
    )
    return lambda text, _: pattern.search(text) is not None


def _member(name: str, value: str) -> str:
    """A member of JSON, also of JSON that is a text in other JSON."""
    return rf'\\*"{name}\\*":\s*\\*"{value}\\*"'


def _names_kms(key: Key) -> Callable[[str, str], bool]:
    """By ARN anywhere in the text; by id or alias alone only where the resource is in the key's region."""
    if not key.id:
        return lambda _text, _region: False
    ends = [f"key/{key.id}", *key.aliases]
    arn = re.compile(
        rf"arn:aws[a-z-]*:kms:{re.escape(key.region)}:\d*:({'|'.join(map(re.escape, ends))})($|[^\w/-])"
    )
    alone = {key.id, *key.aliases}
    return lambda text, region: (text in alone and region == key.region) or arn.search(text) is not None


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a value, with its path."""
    match value:
        case str():
            yield path, value
        case Hidden(inner):
            yield from _texts(inner, path)
        case dict():
            for name, item in cast("dict[str, Any]", value).items():
                yield from _texts(item, f"{path}.{name}" if path else name)
        case list():
            for number, item in enumerate(cast("list[Any]", value)):
                yield from _texts(item, f"{path}[{number}]")
        case _:
            pass

"""Everything a rule may look at besides the resource it judges: the others, and what the environment says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar, cast

from policies.model import Resource
from policies.values import Undecided, first_unknown, texts

_T = TypeVar("_T")


def canonical(type: str) -> str:
    """The one name of a type that has several."""
    if type.startswith("aws:s3/") and type.endswith("V2"):
        return type.replace("V2", "")
    if type.startswith("aws:alb/"):
        return type.replace("aws:alb/", "aws:lb/")
    if type.startswith("kubernetes:"):
        # `kubernetes:apps/v1:Deployment`: one kind is served in several versions, with the same fields.
        group, _, kind = type.removeprefix("kubernetes:").partition(":")
        return f"kubernetes:{group.partition('/')[0]}:{kind}"
    return type


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the environment file says, and what comes from elsewhere."""

    environment: str
    cloud: str = "aws"
    account: str = ""
    data_class: str = "confidential"
    regions: tuple[str, ...] = ()
    """The primary first."""

    placed: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """What only some regions have, and which: by the beginnings of logical names."""

    sealed_by: str = ""
    """What seals the secrets of a state in a bucket, such as `awskms`; empty for a state in a folder."""

    is_whole: bool = True
    """Whether all stacks of the environment are in the scene: Pulumi's own engine shows one at a time."""

    is_airgapped: bool = False
    is_hardened: bool = False
    """`security: hardened`: what must hold in production only."""

    mirror: str = ""
    """Host of the registry that an air gap takes images from."""

    boundary: tuple[str, ...] = ()
    """CIDR blocks that are inside: networks of the environment and what it is connected with."""

    today: date
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    """Of rules, by their ids, where the environment sets them."""

    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Inputs from elsewhere, as far as they are there: `bundle_lock`, `provenance`, `approvals`, `quotas`."""

    def number(self, rule: str, name: str, default: float) -> float:
        """A number that a rule goes by, which an environment can set."""
        value = self.parameters.get(rule, {}).get(name)
        return value if isinstance(value, int | float) else default

    def names(self, rule: str, name: str, default: Sequence[str] = ()) -> tuple[str, ...]:
        """A list of texts that a rule goes by, which an environment can set."""
        value = self.parameters.get(rule, {}).get(name)
        if value is None:
            return tuple(default)
        return texts(list(cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value)


class Scene:
    """The resources of an environment, of all layers and regions, and how they hang together."""

    def __init__(self, resources: Iterable[Resource], facts: Facts) -> None:
        self.resources: Sequence[Resource] = tuple(each for each in resources if each.change != "delete")
        """Those that will be there."""

        self.leaving: Sequence[Resource] = tuple(each for each in resources if each.change == "delete")
        self.facts = facts

    @cached_property
    def _by_type(self) -> Mapping[str, Sequence[Resource]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for each in self.resources:
            found[canonical(each.type)].append(each)
        return found

    @cached_property
    def _by_urn(self) -> Mapping[str, Resource]:
        return {each.urn: each for each in self.resources}

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[Resource]]:
        """By all that the cloud knows it by: id, ARN, name."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for each in self.resources:
            names = {each.id, *(each.outputs.get(key) for key in ("arn", "id", "name", "bucket"))}
            for name in names:
                if isinstance(name, str) and name:
                    found[name].append(each)
        return found

    @cached_property
    def _users(self) -> Mapping[str, Sequence[tuple[Resource, str]]]:
        """Who has a property that comes from a resource, by its URN; who says a text, by the text."""
        found: dict[str, list[tuple[Resource, str]]] = defaultdict(list)
        for each in self.resources:
            for name, urns in each.property_dependencies.items():
                for urn in urns:
                    found[urn].append((each, name))
            for name, value in each.inputs.items():
                for text in frozenset(_texts(value)):
                    found[text].append((each, name))
        return found

    def once(self, made: Callable[[Scene], _T]) -> _T:
        """What a function makes of the scene, made once."""
        if made not in self._made:
            self._made[made] = made(self)
        return self._made[made]

    @cached_property
    def _made(self) -> dict[Callable[[Scene], Any], Any]:
        return {}

    def of(self, *types: str) -> Iterator[Resource]:
        """All resources of these types."""
        for token in types:
            yield from self._by_type.get(canonical(token), ())

    def by_urn(self, urn: str) -> Resource | None:
        """The resource with this URN, if it will be there."""
        return self._by_urn.get(urn)

    def inside(self, component: str) -> Iterator[Resource]:
        """What has a component, by its URN, above it, near or far."""
        for each in self.resources:
            parent = each.parent
            while parent and parent != component:
                above = self._by_urn.get(parent)
                parent = above.parent if above else ""
            if parent:
                yield each

    def referred(self, resource: Resource, path: str, *types: str) -> tuple[Resource, ...]:
        """The resources of these types that the value at a path comes from; empty if it comes from elsewhere.

        By what Pulumi knows of where a property comes from, even if its value is not known yet; and by ids,
        ARNs and names. Raises `Undecided` if it is not known, and nothing tells where it comes from.
        """
        origins = (
            self._by_urn.get(urn) for urn in sorted(resource.property_dependencies.get(_top(path), ()))
        )
        if found := _of_types([each for each in origins if each], types):
            return found
        value = resource.peek(path)
        if (unknown := first_unknown(value, path)) is not None:
            raise Undecided(unknown)
        named = ((text, each) for text in _texts(value) for each in self._by_name.get(text, ()))
        return _of_types([each for text, each in named if _is_in_reach(each, text, resource)], types)

    def referring(self, resource: Resource, path: str, *types: str) -> tuple[Resource, ...]:
        """The resources of these types whose property at a path comes from this one, or names it.

        Raises `Undecided` if there is none, and one of them might be: where the value is not known, and does
        not come from another resource of this one's type.
        """
        top = _top(path)
        users = [user for user, place in self._users.get(resource.urn, ()) if place == top]
        names = {resource.id, resource.outputs.get("arn"), resource.outputs.get("name")}
        for name in sorted(name for name in names if isinstance(name, str) and name):
            users += [
                user
                for user, place in self._users.get(name, ())
                if place == top and self._may_be(resource, user, top) and _is_in_reach(resource, name, user)
            ]
        found = _of_types(users, types)
        if not found and any(self._may_be(resource, each, top) for each in self._open(path, *types)):
            raise Undecided(path)
        return found

    def _open(self, path: str, *types: str) -> Iterator[Resource]:
        """The resources of these types in which the value at a path is not known."""
        for token in types:
            key = (canonical(token), _top(path))
            if key not in self._opens:
                self._opens[key] = [
                    each for each in self.of(token) if first_unknown(each.inputs.get(_top(path))) is not None
                ]
            yield from self._opens[key]

    @cached_property
    def _opens(self) -> dict[tuple[str, str], list[Resource]]:
        return {}

    def _may_be(self, resource: Resource, user: Resource, name: str) -> bool:
        """Whether the value of a user's property may be this resource: it comes from no other of its type."""
        origins = (self._by_urn.get(urn) for urn in user.property_dependencies.get(name, ()))
        return not any(origin and canonical(origin.type) == canonical(resource.type) for origin in origins)


def _is_in_reach(resource: Resource, text: str, user: Resource) -> bool:
    """Whether who says a resource's name means it: names belong to a region, ids and ARNs are nobody else's.

    IAM has one set of names for all regions.
    """
    is_name = text == resource.outputs.get("name")
    return not is_name or resource.region == user.region or resource.type.startswith("aws:iam/")


def _top(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _of_types(resources: Iterable[Resource], types: Sequence[str]) -> tuple[Resource, ...]:
    wanted = frozenset(map(canonical, types))
    return tuple({each.urn: each for each in resources if canonical(each.type) in wanted}.values())


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value."""
    match value:
        case str():
            yield value
        case dict():
            for item in cast("dict[str, Any]", value).values():
                yield from _texts(item)
        case list():
            for item in cast("list[Any]", value):
                yield from _texts(item)
        case _:
            pass

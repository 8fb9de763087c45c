"""The values of charts that Flux and Argo CD install: which, and where they are written.

Sources: Flux, "Helm Releases"; Argo CD, "Helm" (parameters count more than `valuesObject`, that one more than
`values`), "Multiple Sources for an Application", "Kustomize".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from policies.model import Resource
from policies.values import Unknown, opened
from policies.yaml_text import documents

HELM_RELEASE: Final = "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease"
KUSTOMIZATION: Final = "kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization"
DELIVERED_BY_ARGO: Final = (
    "kubernetes:argoproj.io/v1alpha1:Application",
    "kubernetes:argoproj.io/v1alpha1:ApplicationSet",
)
DELIVERED: Final = (HELM_RELEASE, KUSTOMIZATION, *DELIVERED_BY_ARGO)
"""What has a controller in the cluster install something that is named elsewhere."""

FETCHED: Final = tuple(
    f"kubernetes:source.toolkit.fluxcd.io/v1:{kind}"
    for kind in ("Bucket", "GitRepository", "HelmRepository", "OCIRepository")
)
"""Where Flux fetches charts and manifests."""

_KEYS: Final = re.compile(r"(?:\\.|[^.\[\\])+|\[\d+\]")
"""Parts of a name as `helm --set` takes it: `a.b[0].c`; a dot that is none is `\\.`."""

_LONGEST: Final = 1000
"""No list of values is longer; who names a later place is not followed."""


@dataclass(frozen=True, slots=True)
class Values:
    """What a chart of an Argo CD application is told."""

    path: str
    tree: Any
    parameters: Any
    """Another tree, over the former; empty if there are none."""

    @classmethod
    def of(cls, helm: Mapping[str, Any], path: str) -> Values:
        """Of the field `helm` of a source, which is at `path`."""
        parameters = _tree(opened(helm.get("parameters")))
        if helm.get("valuesObject"):
            return cls(f"{path}.valuesObject", helm["valuesObject"], parameters)
        text = opened(helm.get("values"))
        read = documents(text or "{}") if isinstance(text, str) else None
        # A text that cannot be read hides what it names.
        tree = text if not isinstance(text, str) else next(iter(read), None) if read else Unknown.UNKNOWN
        return cls(f"{path}.values", tree, parameters)

    @property
    def merged(self) -> Any:
        """What counts."""
        return _over(self.tree, self.parameters)


def sources(resource: Resource) -> Iterator[tuple[str, Any]]:
    """Each source of an application, or of the applications that a set makes, with its path."""
    for spec in ("spec", "spec.template.spec"):
        whole = opened(resource.peek(spec))
        if isinstance(whole, Unknown):
            yield spec, whole
            continue
        fields = members(whole)
        if fields.get("source") is not None:
            yield f"{spec}.source", fields["source"]
        several = opened(fields.get("sources"))
        if isinstance(several, Unknown):
            yield f"{spec}.sources", several
        elif isinstance(several, list):
            rows = enumerate(cast("list[Any]", several))
            yield from ((f"{spec}.sources[{number}]", each) for number, each in rows)


def members(value: Any) -> Mapping[str, Any]:
    """Its fields; none if it is something else."""
    value = opened(value)
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _tree(parameters: Any) -> Any:
    """What `name: a.b, value: c` means, as values have it."""
    if isinstance(parameters, Unknown):
        return parameters
    tree: Any = {}
    for each in cast("list[Any]", parameters) if isinstance(parameters, list) else []:
        name, value = members(each).get("name"), members(each).get("value")
        if isinstance(each, Unknown) or isinstance(name, Unknown):
            return Unknown.UNKNOWN
        keys = _KEYS.findall(str(name))
        if any(key.startswith("[") and int(key[1:-1]) > _LONGEST for key in keys):
            return Unknown.UNKNOWN
        tree = _over(tree, _under(keys, value))
    return tree


def _under(keys: Sequence[str], value: Any) -> Any:
    """A tree with nothing in it but a value under keys."""
    made = value if keys else None
    for key in reversed(keys):
        place = int(key[1:-1]) if key.startswith("[") else None
        made = {key.replace("\\", ""): made} if place is None else [*([None] * place), made]
    return made


def _over(below: Any, above: Any) -> Any:
    """The one tree with the other over it; what is not said above stays as it is below."""
    below = opened(below)
    if above is None or (isinstance(below, Unknown) and isinstance(above, dict | list)):
        return below
    if isinstance(below, dict) and isinstance(above, dict):
        one, other = cast("dict[str, Any]", below), cast("dict[str, Any]", above)
        return {**one, **{name: _over(one.get(name), item) for name, item in other.items()}}
    if isinstance(below, list) and isinstance(above, list):
        ones, others = cast("list[Any]", below), cast("list[Any]", above)
        longer = range(max(len(ones), len(others)))
        return [_over(_at(ones, number), _at(others, number)) for number in longer]
    return above


def _at(items: list[Any], number: int) -> Any:
    return items[number] if number < len(items) else None

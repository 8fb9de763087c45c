"""Terraform's program for the resources in the states of one environment, in Terraform's JSON syntax.

A state is Pulumi's deployment format. What it calls by id, ARN or name becomes a reference again, so that Terraform
walks the same graph; dependencies that no value shows become `depends_on`. All layers become one program: what a later
layer reads from an earlier one is a reference like any other.
"""

import json
import re
from dataclasses import dataclass

from tests.benchmarks.terraform_names import IGNORED, KEPT_KEYS, NEWER, OURS_ALONE, TYPES, snake_case

LAYER_BELOW = "pulumi:pulumi:StackReference"


class Untranslatable(Exception):
    """A resource that Terraform's program would lack."""


@dataclass(frozen=True)
class Target:
    """A resource of the state, as others may refer to it."""

    address: str
    id: str
    outputs: dict

    def exact(self, text):
        """The reference that gives `text`; None if there is none."""
        if text == self.id:
            return f"{self.address}.id"
        found = sorted(_places(self.outputs, text), key=lambda place: (place != "arn", len(place), place))
        return f"{self.address}.{found[0]}" if found else None

    def known_by(self, text):
        """The same for what other layers are told: an id or an ARN."""
        return self.exact(text) if text in (self.id, self.arn) else None

    @property
    def arn(self):
        return self.outputs.get("arn")

    @property
    def parts(self):
        """What occurs inside other texts -> the attribute: ARNs in policies, and ids that AWS has drawn."""
        drawn = {self.id: "id"} if re.fullmatch(r"[a-z]+-[0-9A-Za-z]{12,}", self.id) else {}
        return drawn | ({self.arn: "arn"} if self.arn else {})


def _places(outputs, text, path=""):
    """Attributes with this value, as Terraform writes them; a block that occurs once is a list of one there."""
    for name, value in outputs.items():
        place = f"{path}{snake_case(name)}"
        match value:
            case _ if name in (*OURS_ALONE, *KEPT_KEYS):
                pass
            case str() if text in (value, value.removeprefix("https://")):
                yield place
            case int() if str(value) == text and name == "latestVersion":
                yield place
            case dict():
                yield from _places(value, text, f"{place}[0].")
            case [dict(only)]:
                yield from _places(only, text, f"{place}[0].")
            case _:
                pass


@dataclass(frozen=True)
class Neighbours:
    """The resources that a value may come from: of the same layer, and of those below."""

    near: list
    below: list

    def exact(self, text):
        """The resource that has exactly this value, and the reference to it."""
        found = [(target, target.exact(text)) for target in self.near]
        found += [(target, target.known_by(text)) for target in self.below]
        return next(((target, reference) for target, reference in found if reference), None)

    @property
    def parts(self):
        """Text that may occur in others -> the resource and its attribute."""
        return {
            text: (target, attribute)
            for target in (*self.below, *self.near)
            for text, attribute in target.parts.items()
        }


def program(deployments):
    """The whole of `main.tf.json` for the deployments of all layers (`provisioner state export`), in their order."""
    resources, provider, below = {}, None, []
    for states in (deployment["deployment"]["resources"] for deployment in deployments):
        [inputs] = [state["inputs"] for state in states if state["type"] == "pulumi:providers:aws"]
        provider = provider or _provider(inputs)
        cloud = [state for state in states if state["type"].startswith("aws:") and not state.get("external")]
        if strange := sorted({state["type"] for state in cloud} - TYPES.keys()):
            raise Untranslatable(f"add to TYPES, with what Terraform calls them: {', '.join(strange)}")
        targets = {state["urn"]: _target(state) for state in cloud}
        layer = _Layer(targets, below, _own_tags(inputs, provider))
        for state in cloud:
            kind, label = targets[state["urn"]].address.split(".")
            if label in resources.setdefault(kind, {}):
                raise Untranslatable(f"two resources have one name: {kind} {label}")
            resources[kind][label] = layer.arguments(state)
        below = [*below, *targets.values()]
    return {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}},
        "provider": {"aws": provider},
        "resource": resources,
    }


def _target(state):
    label = re.sub(r"[^A-Za-z0-9_-]", "_", state["urn"].rpartition("::")[2])
    return Target(f"{TYPES[state['type']]}.{label}", state["id"], state.get("outputs", {}))


def _provider(inputs):
    # Every shortcut that Terraform's provider offers for a cloud that is not AWS.
    return {
        "region": inputs["region"],
        "allowed_account_ids": json.loads(inputs["allowedAccountIds"]),
        "default_tags": json.loads(inputs["defaultTags"]),
        "s3_use_path_style": True,
        "skip_credentials_validation": True,
        "skip_metadata_api_check": True,
        "skip_region_validation": True,
    }


def _own_tags(inputs, provider):
    """Default tags of a layer that the one provider has not: a second one would be a second process of 700 MB."""
    tags = json.loads(inputs["defaultTags"])["tags"]
    return {name: text for name, text in tags.items() if provider["default_tags"]["tags"].get(name) != text}


@dataclass(frozen=True)
class _Layer:
    """One state: its resources, those of the layers below, and the tags that all of its resources carry."""

    targets: dict
    below: list
    tags: dict

    def arguments(self, state):
        """The arguments of one resource."""
        kind = TYPES[state["type"]]
        referred, arguments = set(), {}
        for name, value in _spoken(kind, state.get("inputs", {})):
            neighbours = self._neighbours(state.get("propertyDependencies", {}).get(name, ()))
            arguments[snake_case(name)] = _restored(name, value, neighbours, referred)
        if "tags" in arguments:
            arguments["tags"] = {**self.tags, **arguments["tags"]}
        near = [self.targets[urn].address for urn in state.get("dependencies", ()) if urn in self.targets]
        unseen = sorted({*near} - referred)
        return {
            **arguments,
            **({"depends_on": unseen} if unseen else {}),
            **({"lifecycle": {"ignore_changes": sorted(IGNORED[kind])}} if kind in IGNORED else {}),
        }

    def _neighbours(self, urns):
        near = [self.targets[urn] for urn in urns if urn in self.targets]
        return Neighbours(near, self.below if any(LAYER_BELOW in urn for urn in urns) else [])


def _spoken(kind, inputs):
    """The inputs that Terraform's provider knows."""
    newer = NEWER.get(kind, {})
    for name, value in inputs.items():
        if name in newer and value != newer[name]:
            raise Untranslatable(f"provider 5.100.0 does not know `{name}` of {kind}, which is {value}")
        if not name.startswith("__") and name not in (*OURS_ALONE, *newer):
            yield name, value


def _restored(name, value, neighbours, referred):
    match value:
        case dict():
            return {
                key if name in KEPT_KEYS else snake_case(key): _restored(key, each, neighbours, referred)
                for key, each in value.items()
            }
        case list():
            return [_restored(name, each, neighbours, referred) for each in value]
        case str():
            return _text(value, neighbours, referred)
        case _:
            return value


def _text(text, neighbours, referred):
    if found := neighbours.exact(text):
        target, reference = found
        referred.add(target.address)
        return f"${{{reference}}}"
    parts = neighbours.parts
    if not parts:
        return _literal(text)
    # The longest first, as one may be the beginning of another.
    pattern = "|".join(re.escape(part) for part in sorted(parts, key=len, reverse=True))
    pieces = []
    for piece in re.split(f"({pattern})", text):
        if piece in parts:
            target, attribute = parts[piece]
            referred.add(target.address)
            pieces.append(f"${{{target.address}.{attribute}}}")
        else:
            pieces.append(_literal(piece))
    return "".join(pieces)


def _literal(text):
    return text.replace("${", "$${").replace("%{", "%%{")


def without(written, kinds):
    """The same program less some types, and less what takes a value from them; a `depends_on` just goes."""
    left = written["resource"]
    gone = {f"{kind}.{label}" for kind in kinds for label in left.get(kind, ())}
    while more := {
        address for address, said in _said(left, gone) if any(f"${{{one}." in said for one in gone)
    }:
        gone |= more
    resources = {}
    for kind, labelled in left.items():
        for label, arguments in labelled.items():
            if f"{kind}.{label}" not in gone:
                near = [address for address in arguments.get("depends_on", ()) if address not in gone]
                resources.setdefault(kind, {})[label] = {**arguments, "depends_on": near}
    return {**written, "resource": resources}


def _said(resources, gone):
    """The arguments of the resources that are left, as text."""
    for kind, labelled in resources.items():
        for label, arguments in labelled.items():
            if f"{kind}.{label}" not in gone:
                yield f"{kind}.{label}", json.dumps(arguments)

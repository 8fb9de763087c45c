"""Cases of rules, as YAML: small scenes, and what a rule has to say of them.

A case is a mapping of types to inputs. A type that occurs several times, or that others refer to, has a name
after a space: `aws:kms/key:Key disks: {…}`. Inputs may have `!unknown` for what is known after apply, `!secret
value`, `!ref name.property` for a value that comes from another resource of the case and is not known yet, and
`!id name` for one that names it, known. `$options`, `$outputs`, `$region`, `$provider` and `$change` in a resource's inputs are what they
say. Besides types a case may have `facts` (see `Facts`) and `findings`: the paths that the rule has to name, or `type path` pairs.
"""

from datetime import date

import yaml

from policies.model import Resource
from policies.scene import Facts, Scene
from policies.values import UNKNOWN, Hidden

TODAY = date(2026, 11, 21)
SPECIAL = ("$options", "$outputs", "$region", "$provider", "$change", "$parent", "$layer")


class Reference:
    def __init__(self, name, known):
        self.name, self.known = name, known


class Loader(yaml.SafeLoader):
    """With the tags of cases."""


Loader.add_constructor("!unknown", lambda loader, node: UNKNOWN)
Loader.add_constructor("!secret", lambda loader, node: Hidden(loader.construct_scalar(node)))
Loader.add_constructor("!ref", lambda loader, node: Reference(node.value.partition(".")[0], known=False))
Loader.add_constructor("!id", lambda loader, node: Reference(node.value.partition(".")[0], known=True))


def read(path):
    """The cases in a file, by what they are: good, bad, unknown, not_applicable."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader)


def scene_of(case):
    """The scene of a case."""
    written = {key: value or {} for key, value in case.items() if ":" in key}
    urns = {_name(key): _urn(key) for key in written}
    resources = [_resource(key, value, urns) for key, value in written.items()]
    facts = {"environment": "test", "regions": ("us-east-1",), "today": TODAY, **case.get("facts", {})}
    facts |= {key: tuple(facts[key]) for key in ("regions", "boundary") if key in facts}
    return Scene(resources, Facts(**facts))


def _name(key):
    kind, _, name = key.partition(" ")
    return name or kind.rpartition(":")[2].lower()


def _urn(key):
    return f"urn:pulumi:test::test::{key.partition(' ')[0]}::{_name(key)}"


def _resource(key, written, urns):
    origins = {}

    def resolved(value, top):
        match value:
            case Reference():
                origins.setdefault(top, set()).add(urns[value.name])
                return f"id-of-{value.name}" if value.known else UNKNOWN
            case dict():
                return {name: resolved(item, top or name) for name, item in value.items()}
            case list():
                return [resolved(item, top) for item in value]
            case _:
                return value

    inputs = {name: resolved(value, name) for name, value in written.items() if name not in SPECIAL}
    return Resource(
        urn=_urn(key),
        type=key.partition(" ")[0],
        name=_name(key),
        id=f"id-of-{_name(key)}",
        inputs=inputs,
        outputs=written.get("$outputs", {}),
        options=written.get("$options", {}),
        region=written.get("$region", inputs.get("region", "us-east-1")),
        provider=urns.get(
            written.get("$provider"),
            written.get("$provider", "urn:pulumi:test::test::pulumi:providers:aws::aws"),
        ),
        parent=urns.get(written.get("$parent"), ""),
        layer=written.get("$layer", "foundation"),
        change=written.get("$change", "create"),
        dependencies=frozenset(urn for each in origins.values() for urn in each),
        property_dependencies={name: frozenset(each) for name, each in origins.items()},
    )

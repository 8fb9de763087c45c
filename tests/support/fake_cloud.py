"""A cloud in one file, and a provider for it, so that a whole engine can be tested without a network.

The file outlives the process, so that a run can be killed at any point and what it made can be counted. Types:
`fake:index:Thing` (`size` changes in place, `zone` and `parentId` need a new object, a typed `name` is unique).
"""

import fcntl
import hashlib
import json
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pulumi

from provisioner.plan.diff import Diff
from provisioner.plan.values import UNKNOWN
from provisioner.providers.interface import Checked, Object, Problem, Refused

THING = "fake:index:Thing"
REPLACES = ("zone", "parentId", "name")


class Thing(pulumi.CustomResource):
    """One object of the fake cloud."""

    name: pulumi.Output[str]
    size: pulumi.Output[int]
    arn: pulumi.Output[str]

    def __init__(self, resource_name, opts=None, **inputs):
        names = {"parent_id": "parentId"}
        props = {names.get(key, key): value for key, value in inputs.items()}
        super().__init__(THING, resource_name, {"name": None, "size": None, **props, "arn": None}, opts)


class FakeRegistry(pulumi.ProviderResource):
    """The provider resource of the fake cloud."""

    def __init__(self, name, region="here", opts=None):
        super().__init__("fake", name, {"region": region}, opts)


@dataclass
class FakeCloud:
    """Objects by id, in a file."""

    file: Path
    calls: list[tuple[str, str]] = field(default_factory=list)
    """(operation, name) of each call made through this instance."""

    delay: float = 0.0
    before: Callable[[str, dict], None] = lambda _operation, _inputs: None
    """Called before each operation; may raise `Refused`, or wait."""

    @contextmanager
    def objects(self):
        """The objects, locked; changes are kept."""
        with self.file.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            objects = json.loads(self.file.read_text()) if self.file.exists() else {}
            yield objects
            new = self.file.with_suffix(".new")
            new.write_text(json.dumps(objects))
            new.replace(self.file)  # a process that is killed leaves the cloud before or after, never half

    def all(self):
        """A copy of the objects."""
        with self.objects() as objects:
            return dict(objects)

    def names(self):
        """The names of all objects, sorted: what exists twice shows twice."""
        return sorted(thing["name"] for thing in self.all().values())

    def called(self, operation, inputs):
        """Note a call, and let the test interfere."""
        self.calls.append((operation, inputs.get("name", "")))
        if self.delay:
            time.sleep(self.delay)
        self.before(operation, inputs)


class FakePackage:
    """The package `fake`."""

    version = "1.0.0"

    def __init__(self, cloud):
        self.cloud = cloud

    def types(self):
        return frozenset({THING})

    def configure(self, inputs):
        return FakeProvider(self.cloud, dict(inputs))


class FakeProvider:
    """Acts on the fake cloud."""

    def __init__(self, cloud, config):
        self.cloud = cloud
        self.config = config

    def check(self, type, name, old, new, seed):
        inputs = dict(new)
        if inputs.get("size") == -1:
            return Checked(inputs, (Problem("size", "must not be negative"),))
        if "name" not in inputs:
            suffix = hashlib.sha256(seed + name.encode()).hexdigest()[:7]
            kept = (old or {}).get("name") if "name" in (old or {}).get("__defaults", []) else None
            inputs["name"] = kept or f"{name}-{suffix}"
            inputs["__defaults"] = ["name"]
        return Checked(inputs)

    def diff(self, type, old, new):
        names = sorted((old.inputs.keys() | new.keys()) - {"__defaults"})
        differing = [name for name in names if old.inputs.get(name) != new.get(name)]
        replaces = tuple(name for name in differing if name in REPLACES)
        first = "name" not in new.get("__defaults", []) and "name" not in replaces
        return Diff(replaces, tuple(name for name in differing if name not in REPLACES), first)

    def planned(self, type, old, new):
        if old is not None:
            return {**old.outputs, **new}
        return {**new, "arn": UNKNOWN}

    def create(self, type, new):
        self.cloud.called("create", new)
        with self.cloud.objects() as objects:
            if any(thing["name"] == new["name"] for thing in objects.values()):
                raise Refused(f"there is a thing named {new['name']} already", code="AlreadyExists")
            id = f"thing-{time.time_ns()}"
            objects[id] = {key: value for key, value in new.items() if key != "__defaults"}
        self.cloud.called("created", new)
        return self._object(id, new, objects[id])

    def find(self, type, new, known):
        found = [id for id, thing in self.cloud.all().items() if thing["name"] == new["name"]]
        return [id for id in found if id not in known]

    def read(self, type, identity):
        self.cloud.called("read", dict(identity.inputs))
        thing = self.cloud.all().get(identity.id)
        return None if thing is None else self._object(identity.id, identity.inputs, thing)

    def read_all(self, type, identities):
        self.cloud.called("read_all", {})
        things = self.cloud.all()
        found = {}
        for identity in identities:
            thing = things.get(identity.id)
            found[identity.id] = None if thing is None else self._object(identity.id, identity.inputs, thing)
        return found

    def update(self, type, old, new):
        self.cloud.called("update", new)
        with self.cloud.objects() as objects:
            if old.id not in objects:
                raise Refused("there is no such thing", code="NotFound")
            objects[old.id] = {key: value for key, value in new.items() if key != "__defaults"}
        self.cloud.called("updated", new)
        return self._object(old.id, new, objects[old.id])

    def delete(self, type, old):
        self.cloud.called("delete", old.inputs)
        with self.cloud.objects() as objects:
            users = [thing["name"] for thing in objects.values() if thing.get("parentId") == old.id]
            if users:
                raise Refused(f"{old.inputs.get('name')} is used by {users}", code="InUse")
            objects.pop(old.id, None)
        self.cloud.called("deleted", old.inputs)

    def invoke(self, token, arguments):
        self.cloud.called(token, dict(arguments))
        return {"answer": f"{arguments.get('question', '')}!"}

    def _object(self, id, inputs, thing):
        defaults = {"__defaults": inputs["__defaults"]} if "__defaults" in inputs else {}
        return Object(id, {**thing, **defaults}, {**thing, "arn": f"arn:{id}"})

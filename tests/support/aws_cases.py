"""Case files of AWS types: one object of a type, what it needs, and changes of it.

    type: aws:kms/alias:Alias
    name: weights                   # logical name; `thing` if left out
    needs:                          # objects made first, in order, and removed last; same keys as the case itself
      key: {type: aws:kms/key:Key, inputs: {description: one}}
    inputs: {targetKeyId: !ref key.keyId}
    change: {targetKeyId: !ref other.keyId}     # each is changed in place, alone and together with the others
    replace: {name: alias/other}                # each needs a new object
    unseen: {rotationPeriodInDays: moto forgets it}         # changes that moto takes and does not tell, with reason
    untested: {kmsKeyId: moto has no associate_kms_key}     # fields with no change here, each with its reason
    stays: it lives and dies with its network               # why the object is still there after delete
    once: [grantToken]              # outputs that AWS tells when it makes the object, and never again
    shared: [vpcs]                  # properties that others change as well: a program ignores what they become

A type may have several files; together they change every field.

`!ref x` is the id of the needed object `x`, `!ref x.y` its output `y`. `!json` writes what follows as a JSON text.
"""

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

CASES = Path(__file__).parents[1] / "providers" / "aws" / "cases"


@dataclass(frozen=True)
class Ref:
    """An id or output of a needed object."""

    name: str
    output: str = ""


@dataclass(frozen=True)
class Json:
    """A value that is written as a JSON text once its references are known."""

    value: Any


@dataclass(frozen=True)
class Case:
    """One case file."""

    type: str
    inputs: dict[str, Any]
    name: str = "thing"
    needs: dict[str, "Case"] = field(default_factory=dict)
    change: dict[str, Any] = field(default_factory=dict)
    replace: dict[str, Any] = field(default_factory=dict)
    unseen: dict[str, str] = field(default_factory=dict)
    untested: dict[str, str] = field(default_factory=dict)
    stays: str = ""
    once: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    file: str = ""


class CaseLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML with references."""


def _ref(loader, node):
    name, _, output = loader.construct_scalar(node).partition(".")
    return Ref(name, output)


def _json(loader, node):
    return Json(loader.construct_mapping(node, deep=True))


CaseLoader.add_constructor("!ref", _ref)
CaseLoader.add_constructor("!json", _json)


def _case(written: dict[str, Any], file: str = "") -> Case:
    needs = {name: _case(need) for name, need in written.pop("needs", {}).items()}
    return Case(**written, needs=needs, file=file)


def load(path: Path) -> Case:
    """The case in a file."""
    return _case(yaml.load(path.read_text(), CaseLoader), path.stem)


ALL = [load(path) for path in sorted(CASES.glob("*.yaml"))]


def resolved(value, made):
    """The value with its references filled in from the objects in `made`."""
    match value:
        case Ref(name, output):
            return made[name].outputs[output] if output else made[name].id
        case Json(inner):
            return json.dumps(resolved(inner, made))
        case dict():
            return {key: resolved(item, made) for key, item in value.items()}
        case list():
            return [resolved(item, made) for item in value]
        case _:
            return value


class Stage:
    """Where a case is played: a provider, and the objects that exist because of it."""

    _numbers = itertools.count()

    def __init__(self, provider):
        self.provider = provider
        self.made = {}
        self.seed = f"stage {next(self._numbers)}".encode()
        self._types = []

    def make(self, case: Case, label: str = "it"):
        """The object of a case, after everything it needs."""
        for name, need in case.needs.items():
            self.make(need, name)
        inputs = self.inputs(case)
        self.made[label] = self.provider.create(case.type, inputs)
        self._types.append((label, case.type))
        return self.made[label]

    def inputs(self, case: Case, old=None, *, seed=None, **changes):
        """The checked inputs of a case with some properties changed; None removes one."""
        written = resolved({**case.inputs, **changes}, self.made)
        checked = self.provider.check(case.type, case.name, old, written, seed or self.seed)
        assert not checked.problems, checked.problems
        return checked.inputs

    def clear(self):
        """Remove everything, last made first."""
        for label, type in reversed(self._types):
            self.provider.delete(type, self.made[label])

"""A plan that is kept in a file, and everything it holds for. Pure.

One JSON document. Its `digest` is that of all the rest, so that a file which was cut short or edited is
known by it. It is no signature: whoever may write the file may write another digest. What a file says is
never carried out for its own sake, though: an apply plans again, and does only what comes out the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from provisioner.plan.model import Mode, Source, StackPlan
from provisioner.plan.portable import Open, closed, plan_of

SCHEMA: Final = "provisioner/plan-file/1"
BY_PULUMI: Final = "pulumi"
"""In a stack's plan: the one that Pulumi's engine has saved for itself."""

_HEAD: Final = b'{"schema":"provisioner/plan-file/'


class NotAPlan(ValueError):
    """A text is no plan file, or not the one that was written; says what is wrong with it."""


class NewerPlan(ValueError):
    """A plan file of a form that is not known here; says which."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One state of a stack."""

    lineage: str = ""
    """What the state shares with every later one; another lineage is another state altogether."""

    serial: int = 0
    digest: str = ""
    """Of its files; empty if there is no state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a plan holds for, besides the state."""

    environment: str
    """Its name in the file."""

    files: Mapping[str, str]
    """Digest of each environment file by its name, the environment's own first."""

    cloud: str
    account: str
    program: str
    """Digest of the sources of stacks, components and environments."""

    packages: Mapping[str, str]
    """Version of each package that a program is run with."""

    providers: Mapping[str, str]
    """Version of each provider."""

    @property
    def is_disposable(self) -> bool:
        """Whether nothing in it counts as data."""
        return self.cloud == "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedStack:
    """The plan of one stack, and what is needed to come to the same one again."""

    full_name: str
    mark: Mark
    seed: bytes
    """What names are made from."""

    secrets: Mapping[str, Any] | None
    """`secrets_providers`, as a state has them: how the secrets are sealed."""

    raw: Mapping[str, Any]
    """The plan in JSON, secrets sealed."""

    def plan(self, unseal: Open = closed) -> StackPlan:
        """The plan; without `unseal` a secret is its sealed text."""
        return plan_of(self.raw, unseal)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """What a plan file says."""

    asked: str
    """The environment, as another machine finds it: a name, or a path from the working folder."""

    cloud: str
    """`local` if the plan was to be tried in the cloud on a desk; else empty."""

    bound: Bound
    made: datetime
    expires: datetime
    stacks: tuple[SavedStack, ...]
    notices: tuple[str, ...] = ()
    command: str = ""
    """The command line that made it; empty in files of before it was kept."""

    policy: Mapping[str, Any] | None = None
    """What the rules said when it was made; nothing is done for its sake."""

    puts_back: bool = False
    """Whether it takes back what others have set since (`drift --revert`)."""

    @property
    def called(self) -> str:
        """The environment as a command line names it."""
        return f"{self.asked} --cloud {self.cloud}" if self.cloud else self.asked

    @property
    def is_pulumis(self) -> bool:
        """Whether Pulumi's engine has made it."""
        return any(BY_PULUMI in stack.raw for stack in self.stacks)

    @property
    def mode(self) -> Mode:
        """What it is for."""
        return mode_of([stack.plan() for stack in self.stacks])

    @property
    def source(self) -> Source:
        """What it compares the program with."""
        return next((stack.plan().source for stack in self.stacks), Source.STATE)


def mode_of(plans: Sequence[StackPlan]) -> Mode:
    """What plans are for: also an update removes the stacks that an environment has no more."""
    return Mode.DESTROY if plans and all(plan.mode is Mode.DESTROY for plan in plans) else Mode.UPDATE


def loss_digest(plans: Sequence[StackPlan]) -> str:
    """What stands for all that these plans do: the same for the same objects, whoever plans it and when."""
    rows = [
        [plan.layer, plan.stack, plan.mode.value, step.op.value, step.urn, step.id]
        for plan in plans
        for step in plan.steps
        if step.op.changes_something
    ]
    return _digest(sorted(rows))


def is_plan_file(data: bytes) -> bool:
    """Whether a text begins as plan files do."""
    return data.startswith(_HEAD)


def written(saved: SavedPlan) -> bytes:
    """The content of the file."""
    body = _document(saved)
    # `schema` first: a file is known by its beginning.
    whole = {"schema": SCHEMA, "digest": _digest({"schema": SCHEMA, **body}), **body}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n"
    return text.encode("utf-8", "surrogatepass")


def read(data: bytes) -> SavedPlan:
    """What a file says. Raises `NotAPlan` and `NewerPlan`."""
    raw = _parsed(data)
    schema = raw.get("schema")
    if not isinstance(schema, str) or not schema.startswith(SCHEMA.rpartition("/")[0]):
        raise NotAPlan("it does not begin as plan files do")
    if schema != SCHEMA:
        raise NewerPlan(schema)
    if raw.pop("digest", None) != _digest(raw):
        raise NotAPlan("its digest is wrong: it was cut short, or changed after it was written")
    try:
        return _saved(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise NotAPlan(f"a part of it is missing or has the wrong form ({wrong!r})") from wrong


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        raw = json.loads(data.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as wrong:
        raise NotAPlan("it is not JSON: it was cut short, or is another kind of file") from wrong
    if not isinstance(raw, dict):
        raise NotAPlan("it does not begin as plan files do")
    return cast("dict[str, Any]", raw)


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _document(saved: SavedPlan) -> dict[str, Any]:
    bound = saved.bound
    return {
        "made": saved.made.isoformat(),
        "expires": saved.expires.isoformat(),
        "environment": {
            "asked": saved.asked,
            "cloud": saved.cloud,
            "name": bound.environment,
            "files": [{"name": name, "digest": digest} for name, digest in bound.files.items()],
        },
        "bound": {
            "cloud": bound.cloud,
            "account": bound.account,
            "program": bound.program,
            "packages": dict(bound.packages),
            "providers": dict(bound.providers),
        },
        "notices": list(saved.notices),
        "command": saved.command,
        "policy": saved.policy,
        **({"puts_back": True} if saved.puts_back else {}),
        "stacks": [_stack_json(stack) for stack in saved.stacks],
    }


def _stack_json(stack: SavedStack) -> dict[str, Any]:
    mark = stack.mark
    return {
        "name": stack.full_name,
        "state": {"lineage": mark.lineage, "serial": mark.serial, "digest": mark.digest},
        "seed": stack.seed.hex(),
        "secrets_providers": stack.secrets,
        "plan": stack.raw,
    }


def _saved(raw: Mapping[str, Any]) -> SavedPlan:
    environment, bound = raw["environment"], raw["bound"]
    saved = SavedPlan(
        asked=environment["asked"],
        cloud=environment["cloud"],
        bound=Bound(
            environment=environment["name"],
            files={file["name"]: file["digest"] for file in environment["files"]},
            cloud=bound["cloud"],
            account=bound["account"],
            program=bound["program"],
            packages=bound["packages"],
            providers=bound["providers"],
        ),
        made=datetime.fromisoformat(raw["made"]),
        expires=datetime.fromisoformat(raw["expires"]),
        stacks=tuple(_stack_of(stack) for stack in raw["stacks"]),
        notices=tuple(raw["notices"]),
        command=raw.get("command", ""),
        policy=raw.get("policy"),
        puts_back=bool(raw.get("puts_back")),
    )
    for stack in saved.stacks:
        stack.plan()  # so that what is wrong with it is told here
    return saved


def _stack_of(raw: Mapping[str, Any]) -> SavedStack:
    return SavedStack(
        full_name=raw["name"],
        mark=Mark(**raw["state"]),
        seed=bytes.fromhex(raw["seed"]),
        secrets=raw["secrets_providers"],
        raw=raw["plan"],
    )

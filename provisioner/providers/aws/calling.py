"""Turning an `Op` of the table into a call: what it sends, what is cleared away first, what refusals mean."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from provisioner.plan.values import Properties
from provisioner.providers.aws.inputs import ALL_TAGS
from provisioner.providers.aws.paths import at
from provisioner.providers.aws.retry import again, until
from provisioner.providers.aws.scope import Scope, surroundings
from provisioner.providers.aws.spec import ID, IDS, NONCE, REGION, TAG_FILTERS, Found, Op, Prop, Text
from provisioner.providers.aws.text import filled, names_in
from provisioner.providers.interface import Refused


class Answers:
    """Answers of calls that may be shared: within one reading, the same call is made once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}
        self._known: dict[str, Any] = {}

    def get(self, key: str, ask: Callable[[], Any]) -> Any:
        """The answer to `key`; who asks first makes the call, the others wait for it."""
        with self._lock:
            turn = self._turns.setdefault(key, threading.Lock())
        with turn:
            if key not in self._known:
                self._known[key] = ask()
            return self._known[key]


@dataclass(frozen=True, slots=True)
class Target:
    """The object a call is about, as far as it is known."""

    scope: Scope
    service: str
    region: str
    props: Properties
    """Inputs over outputs."""
    id: str = ""
    document: Any = None
    """What `Found` looks into."""
    answers: Answers | None = None
    """If set, answers are shared: reads only."""
    ids: tuple[str, ...] = field(default=())
    """What `IDS` stands for; empty: this object's id alone."""

    def value(self, name: str) -> Any:
        """The value of a placeholder: a property, or one of the words every text may use."""
        if (known := self.props.get(name)) is not None:
            return known
        if name == "account":
            return self.scope.account()
        return {"id": self.id, **surroundings(self.region)}.get(name)

    def text(self, text: Text) -> str | None:
        """The text filled in, or None if a property in it has no value."""
        return filled(text, {name: self.value(name) for name in names_in(text)})


def run(op: Op, target: Target, extra: Mapping[str, Any] | None = None) -> Any:
    """Make the call; what is at its `answer`. Raises `Refused`."""
    if op.unless and target.props.get(op.unless):
        return None
    _sweep(op, target)
    send = {**parameters(op, target), **(extra or {})}
    try:
        answer = _ask(op, target, send)
    except Refused as refusal:
        if refusal.code in op.none:
            return None
        raise
    see_it_done(op, replace(target, document=answer))
    return at(op.answer, answer)


def begin(op: Op, target: Target, extra: Mapping[str, Any] | None = None) -> Any:
    """Make the call; its whole answer. `see_it_done` is for what it has started."""
    return run(replace(op, answer="@", then=None), target, extra)


def run_and_pick(op: Op, target: Target) -> Any:
    """The same, and of an answer that is a list the item that is the target's."""
    answer = run(op, target)
    return picked(op, target, answer) if op.pick else answer


def picked(op: Op, target: Target, items: Sequence[Any] | None) -> Any:
    """The item that `op.pick` describes, or None. A property without a value picks nothing."""
    wanted = {path: resolved(value, target) for path, value in op.pick.items()}
    if None in wanted.values():
        return None
    return next((i for i in items or () if all(at(path, i) == value for path, value in wanted.items())), None)


def parameters(op: Op, target: Target) -> dict[str, Any]:
    """What the table says is sent, without what has no value."""
    return {key: value for key, given in op.send.items() if (value := resolved(given, target)) is not None}


def resolved(value: Any, target: Target) -> Any:
    """A value of the table with its meaning filled in."""
    match value:
        case Prop(name):
            return target.props.get(name)
        case Found(path):
            return at(path, target.document)
        case Text():
            return target.text(value)
        case dict():
            pairs = {k: resolved(v, target) for k, v in cast("dict[str, Any]", value).items()}
            return {k: v for k, v in pairs.items() if v is not None}
        case list():
            return [resolved(item, target) for item in cast("list[Any]", value)]
        case _:
            return _marked(value, target)


def _marked(value: Any, target: Target) -> Any:
    if value is ID:
        return target.id
    if value is IDS:
        return list(target.ids or (target.id,))
    if value is REGION:
        return target.region
    if value is NONCE:
        return uuid.uuid4().hex
    if value is TAG_FILTERS:
        tags: dict[str, str] = target.props.get(ALL_TAGS) or {}
        return [{"Name": f"tag:{name}", "Values": [text]} for name, text in sorted(tags.items())]
    return value


def see_it_done(op: Op, target: Target) -> None:
    """Wait until what a call has started is done; the target's document is the call's answer.

    Raises `Refused` if it fails or takes too long.
    """
    if op.then is None:
        return
    ask, wait = op.then

    def done() -> bool | None:
        answer = run(ask, target)
        if wait.failed and (reason := at(wait.failed, answer)):
            raise Refused(f"{target.service}: the change of {target.id} has failed: {reason}")
        return True if at(wait.until, answer) else None

    seconds = target.scope.patience(wait.seconds)
    if until(done, seconds, target.scope.clock) is None:
        raise Refused(f"{target.service}: the change of {target.id} was not done within {seconds:g} s")


def _sweep(op: Op, target: Target) -> None:
    for sweep in op.first:
        if sweep.when and not target.props.get(sweep.when):
            continue
        for item in run(sweep.list, target) or ():
            about = Target(target.scope, target.service, target.region, target.props, target.id, item)
            run(sweep.each, about)


def _ask(op: Op, target: Target, send: Mapping[str, Any]) -> Any:
    scope = target.scope
    ask = scope.call_to_the_end if op.name.startswith(("list_", "describe_")) else scope.call

    def once() -> Any:
        return ask(target.service, op.name, send, region=target.region)

    def patiently() -> Any:
        return again(once, op.again, scope.clock) if op.again else once()

    if target.answers is None:
        return patiently()
    return target.answers.get(f"{target.region} {op.name} {send}", patiently)

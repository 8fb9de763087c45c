"""Rules about who agreed to a plan, and where what it uses comes from: all on what they are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from policies.check import ENVIRONMENT
from policies.model import Finding, Resource, rule
from policies.scene import Scene
from policies.values import fields, texts

_TOLD: Final = ("digest", "source", "commit", "builder", "sbom", "licence")
_SAFE: Final = ("safetensors", "gguf", "onnx")
"""Formats of models that hold no code."""

_LOSING: Final = ("delete", "replace")


@rule(
    "GV-005",
    ENVIRONMENT,
    fix="Take only what was built by a builder of your own list, with its statement and its parts.",
    needs=("provenance",),
)
def known_origin(subject: Resource, scene: Scene) -> Iterator[Finding]:
    """In production, and behind an air gap, it is known of everything what it was made of, and by whom.

    Given are `builders`, those that are trusted, and `artifacts`, each with `name`, `kind`, `digest`,
    `source`, `commit`, `builder`, `sbom`, `licence` and `verified`, or with `exception`; models also with
    `format` and `scanned`.
    """
    facts = scene.facts
    if not (facts.is_hardened or facts.is_airgapped):
        return
    given = fields(facts.given.get("provenance"))
    artifacts = given.get("artifacts")
    if not isinstance(artifacts, list):
        yield Finding(subject, "provenance.artifacts", "Nobody said what the environment is made of.")
        return
    builders = texts(given.get("builders"))
    for position, each in enumerate(cast("list[Any]", artifacts)):
        for path, message in _doubts(fields(each), builders):
            yield Finding(subject, f"provenance.artifacts[{position}].{path}", message)


def _doubts(artifact: Mapping[str, Any], builders: Sequence[str]) -> Iterator[tuple[str, str]]:
    may_hold_code = artifact.get("kind") == "model" and artifact.get("format") not in _SAFE
    if may_hold_code and artifact.get("scanned") is not True:
        yield "format", "The model may hold code, and nobody looked."
    if artifact.get("exception"):
        return
    for key in _TOLD:
        if not artifact.get(key):
            yield key, f"Its `{key}` is not known."
    if artifact.get("builder") and artifact.get("builder") not in builders:
        yield "builder", "Nobody trusts whoever built it."
    if artifact.get("verified") is not True:
        yield "verified", "Nobody verified the statement about how it was built."


@dataclass(frozen=True, slots=True)
class _Signed:
    """One approval."""

    told: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The key's material: one person with two names has one."""
        return str(self.told.get("key") or "")

    def counts(self, given: Mapping[str, Any], roles: Sequence[str], today: date) -> bool:
        """Whether it is for this very plan, of somebody who may, and has not run out."""
        until = _day(self.told.get("until"))
        return (
            bool(self.key)
            and self.key != given.get("author")
            and self.told.get("plan") == given.get("plan")
            and (not roles or self.told.get("role") in roles)
            and until is not None
            and until >= today
        )


@rule(
    "GV-007",
    ENVIRONMENT,
    fix="Have the plan, as it is now, approved by as many people as are asked for, none of them its author.",
    needs=("approvals",),
)
def approved(subject: Resource, scene: Scene) -> Iterator[Finding]:
    """Enough people agreed to this very plan, none of whom made it; one more if it loses or allows anything.

    Given are `plan` (its digest), `author`, `least`, `roles`, `serial` and `planned_serial` of the state,
    `waives` if it has waivers, and `signed`: each with `key`, `role`, `plan` and `until`.
    """
    given = fields(scene.facts.given.get("approvals"))
    roles, found = texts(given.get("roles")), given.get("signed")
    signed = [_Signed(fields(each)) for each in cast("list[Any]", found if isinstance(found, list) else [])]
    valid = [each for each in signed if each.counts(given, roles, scene.facts.today)]
    least = given.get("least")
    wanted = least if isinstance(least, int) else 1
    if not given.get("plan"):
        yield Finding(subject, "approvals.plan", "It is not said which plan was approved.")
    if given.get("serial") != given.get("planned_serial"):
        yield Finding(subject, "approvals.serial", "The state has changed since the plan was made.")
    if len({each.key for each in valid}) < wanted:
        yield Finding(subject, "approvals.signed", "Too few people have agreed to this plan.")
    yield from _one_more(subject, scene, given, valid, wanted)


def _one_more(
    subject: Resource, scene: Scene, given: Mapping[str, Any], valid: Sequence[_Signed], wanted: int
) -> Iterator[Finding]:
    if not (_loses(scene) or given.get("waives")):
        return
    answering = scene.facts.names("GV-007", "answering", ("owner", "security"))
    enough = len({each.key for each in valid}) > wanted
    if not enough or not any(each.told.get("role") in answering for each in valid):
        message = "It loses or allows something: whoever answers for that has to agree as well."
        yield Finding(subject, "approvals.signed", message)


def _loses(scene: Scene) -> bool:
    return bool(scene.leaving) or any(each.change in _LOSING for each in scene.resources)


def _day(value: Any) -> date | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) else None


RULES = (known_origin, approved)

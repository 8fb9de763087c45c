"""Before anybody is asked: that nothing needs the keys which a plan deletes, alone or with their engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

from environments.key_address import BY_PHRASE
from policies.model import Resource
from provisioner.cli.approving import Intent
from provisioner.cli.explaining import explanation
from provisioner.cli.limiting import scope
from provisioner.cli.screen import err
from provisioner.engine.embedded.seals import key_in
from provisioner.engine.interface import Access, Engine, Stack
from provisioner.engine.key_failures import KeyIsNeeded, Losing
from provisioner.judging import of_cloud, of_deployment, of_plans
from provisioner.keyring.engine import Engine as TransitEngine
from provisioner.keyring.guard import Holder, Scene, going, moving, needed, sealed
from provisioner.keyring.key import Key, Kind
from provisioner.plan.model import Mode, StackPlan
from provisioner.providers.interface import Refused
from provisioner.workspace import Workspace


class Stacks(Protocol):
    """What is changed: the stacks of an environment, or the one of a project."""

    @property
    def engine(self) -> Engine:
        """Who does it."""
        ...

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """All of them."""
        ...


def must_not_be_needed(workplace: Stacks, plans: Sequence[StackPlan], intent: Intent) -> None:
    """Raises `KeyIsNeeded` for keys that go while something that needs them stays.

    What is a resource, or a state, always refuses. What only stays in the cloud (snapshots, buckets) does
    unless somebody gives up the key by its whole URN.
    """
    now, planned = of_cloud(plans), of_plans(plans)
    keys, moved = going(now, planned), moving(now, planned)
    if not keys and not moved:
        return
    recorded = _Recorded(workplace, plans)
    keys = tuple(key for key in keys if key.urn not in recorded.kept)
    holders, notes = _holders(workplace, tuple(key for key in keys if isinstance(key, Key)))
    scene = Scene(
        now=now,
        planned=planned,
        others=recorded.others,
        kept=recorded.kept,
        holders=holders,
        seals=recorded.seals,
    )
    losing = [*_losing(keys, scene, intent), *_moving(moved, recorded.seals)]
    if losing:
        raise KeyIsNeeded(tuple(losing), intent.command, notes, _migration(workplace))


def _losing(keys: Sequence[Key | TransitEngine], scene: Scene, intent: Intent) -> Iterator[Losing]:
    ops = {each.urn: each.change for each in scene.planned}
    for key in keys:
        found = needed(key, scene)
        given_up = key.urn in intent.approved_losses
        if found.living or found.sealed or (found.retained and not given_up):
            yield Losing(key.urn, ops[key.urn], found.living, found.retained, found.sealed)


def _moving(engines: Sequence[TransitEngine], seals: Mapping[str, str]) -> Iterator[Losing]:
    for engine in engines:
        if stacks := sealed(engine, seals):
            yield Losing(engine.urn, "move", (), (), stacks)


def _migration(workplace: Stacks) -> str:
    """What is typed so that another key seals the states."""
    if isinstance(workplace, Workspace):
        return f"provisioner secrets migrate {workplace.name} --to {BY_PHRASE}"
    return f"pulumi stack change-secrets-provider {BY_PHRASE}"


def tell_if_needed(workspace: Workspace, plans: Sequence[StackPlan], mode: Mode) -> None:
    """Says on standard error that an apply of these plans will be refused, and what needs the keys."""
    verb = "destroy" if mode is Mode.DESTROY else "apply"
    command = f"provisioner {verb} {workspace.name}"
    try:
        must_not_be_needed(workspace, plans, Intent(command=command, mode=mode, scope=scope()))
    except KeyIsNeeded as needed_keys:
        err().say(f"\nnote: it is refused to do this.\n\n{explanation(needed_keys, workspace.name)}")


class _Recorded:
    """What the states say beyond the plans."""

    def __init__(self, workplace: Stacks, plans: Sequence[StackPlan]) -> None:
        covered = {(plan.layer, plan.stack) for plan in plans}
        left_out = {urn for plan in plans for urn in plan.left_out}
        self.others: list[Resource] = []
        self.kept: set[str] = set()
        self.seals: dict[str, str] = {}
        for stack in workplace.stacks:
            with workplace.engine.open(stack, Access.READ) as run:
                document = run.export()
            is_covered = (stack.project, stack.name) in covered
            self.others += [
                each for each in of_deployment(document) if not is_covered or each.urn in left_out
            ]
            deployment: dict[str, Any] = document["deployment"]
            records = cast("list[dict[str, Any]]", deployment.get("resources") or [])
            self.kept |= {each["urn"] for each in records if each.get("retainOnDelete")}
            if by := key_in(deployment.get("secrets_providers")):
                self.seals[f"{stack.project} {stack.name}"] = by


def _holders(workplace: Stacks, keys: Sequence[Key]) -> tuple[tuple[Holder, ...], tuple[str, ...]]:
    """What in the regions of the keys is encrypted with keys, and notes on what could not be asked."""
    regions = dict.fromkeys(key.region for key in keys if key.kind in (Kind.KMS, Kind.REPLICA))
    if not isinstance(workplace, Workspace) or not regions:
        return (), ()
    from provisioner.providers.aws.key_status import holders  # noqa: PLC0415 - few plans delete keys
    from provisioner.ring_wiring import aws_scope  # noqa: PLC0415

    found: list[Holder] = []
    notes: list[str] = []
    try:
        scope = aws_scope(workplace)
    except Refused as refused:
        return (), (refused.reason,)
    for region in regions:
        listed, missing = holders(scope, region)
        found += listed
        notes += missing
    return tuple(found), tuple(notes)

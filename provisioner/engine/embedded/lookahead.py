"""Lets providers see what waits to be decided, so that they can ask their servers about several at once."""

from __future__ import annotations

from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.scene import Scene
from provisioner.engine.embedded.wanted import Asked, Wanted
from provisioner.providers.interface import given


def look_ahead(message: object, scene: Scene) -> bool:
    """Tell the provider of a resource that is registered that it will be asked about it. Nothing is decided.

    False: nobody has needed that provider yet, so it is to be told later. What the program leaves to others
    is not told at all: the inputs are other ones then.
    """
    wanted = message.what if isinstance(message, Asked) else None
    if not isinstance(wanted, Wanted) or not wanted.custom or wanted.ignore_changes:
        return True
    if urns.is_provider(wanted.type) or not (reference := wanted.provider or _default(wanted, scene)):
        return True
    provider = scene.providers.known(reference)
    if provider is None:
        return False
    foresee = getattr(provider, "foresee", None)
    if foresee is None:
        return True
    old = scene.base.live(urns.make(scene.stack, scene.project, wanted.parent, wanted.type, wanted.name))
    before = given(provider, old.inputs) if old else None
    foresee(wanted.type, wanted.name, before, given(provider, wanted.inputs), scene.seed)
    return True


def _default(wanted: Wanted, scene: Scene) -> str:
    """The default provider of a resource that names none; empty if it has none."""
    default = scene.defaults.provider(urns.package_of(wanted.type), wanted.version)
    if default is None:
        return ""
    urn = urns.make(scene.stack, scene.project, default.parent, default.type, default.name)
    made = scene.census.registered.get(urn)
    return urns.reference(urn, made.id if made else "")

"""Twelve resources that between them take every kind of step, in three programs one after the other."""

import pulumi

from provisioner.plan.model import Mode
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.runs import nothing


class Room(pulumi.ComponentResource):
    """A component with one thing in it."""

    def __init__(self, name, size, opts):
        super().__init__("test:index:Room", name, {"origin": f"rooms.{name}", "size": size}, opts)
        self.thing = Thing(f"{name}-thing", size=size, opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({"thing": self.thing.arn, "size": size})


def build():
    """Twelve things: chains, a component, a typed name, a secret."""
    here = FakeRegistry("here")
    options = pulumi.ResourceOptions(provider=here)
    same = Thing("same", size=1, opts=options)
    updated = Thing("updated", size=1, parent_id=same.id, opts=options)
    replaced = Thing("replaced", zone="x", opts=options)
    follower = Thing("follower", parent_id=replaced.id, opts=options)
    Thing("last", parent_id=follower.id, opts=options)
    typed = Thing("typed", name="typed", zone="x", opts=options)
    child = Thing("child", parent_id=typed.id, opts=options)
    Thing("grandchild", parent_id=child.id, opts=options)
    gone = Thing("gone", size=1, opts=options)
    Thing("gone-too", parent_id=gone.id, opts=options)
    Thing("secret", note=pulumi.Output.secret("s3cret"), opts=options)
    Room("room", 1, pulumi.ResourceOptions(providers=[here]))
    pulumi.export("updated", updated.arn)


def change():
    """Update, both replacements with what depends on them, deletions, a creation, a component that changes."""
    here = FakeRegistry("here")
    options = pulumi.ResourceOptions(provider=here)
    same = Thing("same", size=1, opts=options)
    updated = Thing("updated", size=2, parent_id=same.id, opts=options)
    replaced = Thing("replaced", zone="y", opts=options)
    follower = Thing("follower", parent_id=replaced.id, opts=options)
    Thing("last", parent_id=follower.id, opts=options)
    typed = Thing("typed", name="typed", zone="y", opts=options)
    child = Thing("child", parent_id=typed.id, opts=options)
    Thing("grandchild", parent_id=child.id, opts=options)
    Thing("fresh", parent_id=updated.id, opts=options)
    Thing("secret", note=pulumi.Output.secret("an0ther"), opts=options)
    Room("room", 2, pulumi.ResourceOptions(providers=[here]))
    pulumi.export("updated", updated.arn)


def take_over():
    """An object that exists is imported and updated, and one with hooks is made; `old` has its last hooks."""
    hooks = {name: pulumi.ResourceHook(name, lambda _args: None) for name in ("before", "after")}
    around = {f"{name}_{step}": [each] for name, each in hooks.items() for step in ("create", "delete")}
    options = pulumi.ResourceOptions(provider=FakeRegistry("here"))
    named = pulumi.ResourceOptions(import_="thing-1")
    theirs = Thing("theirs", name="theirs", size=2, opts=pulumi.ResourceOptions.merge(options, named))
    attended = pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(**around), replace_with=[theirs])
    Thing("attended", size=1, opts=pulumi.ResourceOptions.merge(options, attended))


def had_hooks():
    """What is there before `take_over`, and is deleted by it."""
    hooks = {name: [pulumi.ResourceHook(name, lambda _args: None)] for name in ("before", "after")}
    binding = pulumi.ResourceHookBinding(before_delete=hooks["before"], after_delete=hooks["after"])
    Thing("old", opts=pulumi.ResourceOptions(provider=FakeRegistry("here"), hooks=binding))


WITH_OPTIONS = {"take over": (take_over, Mode.UPDATE)}
PROGRAMS = {
    "build": (build, Mode.UPDATE),
    "change": (change, Mode.UPDATE),
    "destroy": (nothing, Mode.DESTROY),
}
BEFORE = {"build": None, "change": "build", "destroy": "change"}
"""What has to be applied before each program."""

"""Every URN in a state is of its stack and project; what Pulumi's own engine records always is."""

from dataclasses import replace

from provisioner.engine.embedded.belonging import every_breach
from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.secrets import PassphraseSealer
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.interface import Access, Stack
from tests.support.records import STACK, component, provider, thing, urn

OWN = (
    replace(component("root"), urn=STACK, type="pulumi:pulumi:Stack"),
    provider("default"),
    replace(
        thing("ref"), urn=urn("ref", "pulumi:pulumi:StackReference"), type="pulumi:pulumi:StackReference"
    ),
    thing("old", delete=True),
    thing("a::b"),
)


def test_all_that_a_stack_has_is_its_own():
    assert every_breach(OWN, "foundation", "dev.eu-west-1") == ()


def test_each_other_stack_is_told_once():
    foreign = [replace(each, urn=each.urn.replace("dev.eu", "prod.eu")) for each in OWN]
    far = replace(thing("far"), urn=urn("far").replace("::foundation::", "::cluster::"))
    prod, cluster = every_breach((*OWN, *foreign, far), "foundation", "dev.eu-west-1")
    assert prod.startswith(
        "5 records are of foundation/prod.eu-west-1, and this is the state of foundation/dev"
    )
    assert cluster.endswith(f"the first is {far.urn}.")


def test_verify_asks_for_it(tmp_path, quick_passphrase):
    """It may have been recorded by an earlier version, so it can still be read, and looked at."""
    folder = Folder(tmp_path)
    store = StackStore(folder.place("cluster", "dev.eu-west-1"))
    with store.lock():
        store.compact(Snapshot(OWN), (), PassphraseSealer("dev.eu-west-1", lambda: "open sesame"))
    stack = Stack("cluster", "dev.eu-west-1", "eu-west-1", lambda: None)
    with EmbeddedEngine(folder, {}, Keys(lambda: "open sesame")).open(stack, Access.READ) as run:
        (breach,) = run.breaches()
    assert breach.startswith("5 records are of foundation/dev.eu-west-1")


def test_what_is_no_urn_at_all_is_told_as_that():
    (breach,) = every_breach((replace(thing("a"), urn="nonsense"),), "foundation", "dev.eu-west-1")
    assert "is not a URN" in breach

"""`state rename|mv|rm|unprotect|repair|import`: what is shown, what is asked, what is recorded."""

import json
from types import SimpleNamespace

import pytest

from provisioner.cli import state_edits, state_import
from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.embedded.secrets import PassphraseSealer
from provisioner.engine.embedded.snapshot import Snapshot
from provisioner.engine.embedded.state import Began
from provisioner.engine.embedded.store import StackStore
from provisioner.engine.interface import Stack
from provisioner.ledger_wiring import Imports, Ledgers
from provisioner.schedule import LayerStacks
from provisioner.wiring import Workspace
from tests.support.records import component, provider, reference, thing, urn, words

NAME = "dev.eu-west-1"
STACKS = tuple(Stack(layer, NAME, "eu-west-1", lambda: None) for layer in ("foundation", "cluster"))
NET = urn("net", "mlplat:net:Net")
CHILD = urn("net-vpc", "mlplat:net:Net$aws:ec2/vpc:Vpc")
AWS = provider()
RECORDS = (
    AWS,
    component("net"),
    thing("net-vpc", urn=CHILD, id="vpc-1", parent=NET, provider=reference(AWS)),
    thing("key", protect=True),
    thing("user", dependencies=(CHILD,)),
)


@pytest.fixture
def state(tmp_path, monkeypatch):
    """A real state in a folder, and the commands wired to it."""
    backend, keys = Folder(tmp_path / "state"), Keys(lambda: "open sesame")
    workspace = Workspace(
        name="dev",
        environment=SimpleNamespace(name="dev", cloud="aws", region="eu-west-1"),
        engine=EmbeddedEngine(backend, {}, keys),
        layers=tuple(LayerStacks(((stack,),)) for stack in STACKS),
    )
    monkeypatch.setattr(state_edits, "ledgers", lambda _: Ledgers(workspace, backend, keys, "embedded"))
    monkeypatch.setattr(state_import, "imports", lambda _: Imports(workspace, backend, keys, "embedded"))
    store = StackStore(backend.place("foundation", NAME))
    keep(store, RECORDS)
    there = StackStore(backend.place("cluster", NAME))
    far = AWS.urn.replace("::foundation::", "::cluster::")
    keep(there, (provider(id="p9").__class__(urn=far, type=AWS.type, custom=True, id="p9"),))
    return store


def keep(store, records, pending=()):
    with store.lock():
        store.compact(Snapshot(records), pending, PassphraseSealer(NAME, lambda: "open sesame"))


def recorded(store):
    return words(store.load(PassphraseSealer(NAME, lambda: "open sesame")).snapshot.records())


def shown(ended, tmp_path):
    """Backups have a name that says when."""
    lines = (ended.out + ended.err).splitlines(keepends=True)
    return "".join("  BACKUP\n" if str(tmp_path) in line else line for line in lines)


COMMANDS = {
    "rename": ("rename", "dev", "net", "grid"),
    "rename_several": ("rename", "dev", "net", "grid", "user", "client"),
    "mv_to_a_name": ("mv", "dev", "user", "client"),
    "mv_below_another": ("mv", "dev", "user", urn("user", "mlplat:net:Net$aws:ec2/vpc:Vpc")),
    "mv_to_another_stack": ("mv", "dev", "net", NET.replace("::foundation::", "::cluster::")),
    "rm": ("rm", "dev", "user"),
    "rm_with_dependents": ("rm", "dev", "net", "--target-dependents"),
    "unprotect": ("unprotect", "dev", "key"),
    "unprotect_all": ("unprotect", "dev", "--all"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_what_is_done(cli, state, tmp_path, golden, command):
    before = recorded(state)
    tried = cli("state", *command, "--dry-run")
    assert tried.code == 0
    assert recorded(state) == before
    done = cli("state", *command, "--yes")
    assert done.code == 0
    assert done.out.startswith(tried.out)
    golden(shown(done, tmp_path))


REFUSED = {
    "rm_what_is_needed": ("rm", "dev", CHILD),
    "rm_what_is_protected": ("rm", "dev", "key"),
    "rm_what_is_not_there": ("rm", "dev", "kee"),
    "rename_to_a_taken_name": ("rename", "dev", "key", "user"),
    "mv_to_a_stack_that_is_not_there": ("mv", "dev", "key", urn("key").replace("foundation", "links")),
    "mv_to_an_unknown_parent": ("mv", "dev", "key", urn("key", "mlplat:net:Yard$aws:ec2/vpc:Vpc")),
    "mv_to_a_misspelt_urn": ("mv", "dev", "key", urn("key").replace("pulumi", "pulmi")),
    "mv_to_half_a_urn": ("mv", "dev", "key", "urn:pulumi:dev.eu-west-1::foundation"),
    "mv_to_an_empty_name": ("mv", "dev", "key", ""),
    "rename_to_an_empty_name": ("rename", "dev", "key", ""),
    "mv_to_another_package": ("mv", "dev", "key", urn("key", "gcp:kms/key:Key")),
}


@pytest.mark.parametrize("command", REFUSED.values(), ids=REFUSED)
def test_what_is_refused(cli, state, golden, command):
    before = recorded(state)
    ended = cli("state", *command, "--yes")
    assert ended.code == 1
    assert recorded(state) == before
    golden(ended.err)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_without_a_terminal_and_without_yes_nothing_is_done(cli, state, command):
    before = recorded(state)
    ended = cli("state", *command)
    assert ended.code == 1
    assert "error[RUN-025]" in ended.err
    assert ended.err.rstrip().endswith("--yes")
    assert recorded(state) == before


def test_the_version_says_what_was_done(cli, state, tmp_path):
    cli("state", "rename", "dev", "net", "grid", "--yes")
    (entry,) = (tmp_path / "state/.pulumi/history/foundation" / NAME).glob("*.history.json")
    assert json.loads(entry.read_text())["message"] == "state rename: Net net and 1 more"


@pytest.mark.parametrize(
    "again",
    [("rename", "dev", "net", "grid"), ("rename", "dev", NET, "grid"), ("mv", "dev", "net", "grid"),
     ("mv", "dev", NET, urn("grid", "mlplat:net:Net"))],
)  # fmt: skip
def test_a_renaming_that_was_done_before_is_no_mistake(cli, state, again):
    """So that a script which was cut off can be run again."""
    assert cli("state", "rename", "dev", "net", "grid", "--yes").code == 0
    after = recorded(state)
    ended = cli("state", *again, "--yes")
    assert (ended.code, ended.out) == (0, "Nothing is to be changed.\n")
    assert "it has its name already" in ended.err
    assert recorded(state) == after


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_programs_are_told_in_json(cli, state, command):
    planned = cli("state", *command, "--dry-run", "--json")
    done = cli("state", *command, "--yes", "--json")
    assert (planned.code, done.code) == (0, 0)
    one, other = json.loads(planned.out), json.loads(done.out)
    assert (one["schema"], one["recorded"], one["backups"]) == ("provisioner/amendment/1", False, {})
    assert other["recorded"]
    assert list(other["backups"])
    assert one["changes"] == other["changes"] != []


def test_programs_read_which_name_it_got(cli, state):
    (first, *_) = json.loads(cli("state", "rename", "dev", "net", "grid", "--yes", "--json").out)["changes"]
    assert (first["kind"], first["urn"], first["new_urn"]) == ("renamed", NET, urn("grid", "mlplat:net:Net"))


def test_programs_are_never_asked(cli, state):
    ended = cli("state", "rm", "dev", "user", "--json", typed="yes")
    assert (ended.code, ended.out) == (1, "")
    assert "user" in recorded(state)


def test_at_a_terminal_it_asks(cli, state):
    ended = cli("state", "rm", "dev", "user", typed="no")
    assert ended.code == 1
    assert "Nothing was changed." in ended.out
    assert "user" in recorded(state)
    assert cli("state", "rm", "dev", "user", typed="yes").code == 0
    assert "user" not in recorded(state)


def test_a_name_of_several_is_asked_for(cli, state):
    keep(state, (thing("a"), thing("a", id="vpc-0", delete=True)))
    ended = cli("state", "rm", "dev", "a", "--yes")
    assert ended.code == 1
    assert "(vpc-0)" in ended.err
    assert cli("state", "rm", "dev", "vpc-0", "--yes").code == 0
    assert recorded(state) == ["a"]


@pytest.mark.parametrize(
    "command",
    [("rename", "dev", "net"), ("unprotect", "dev"), ("unprotect", "dev", "key", "--all"), ("rm", "dev")],
)
def test_half_a_command_is_wrong_usage(cli, state, command):
    ended = cli("state", *command, "--yes")
    assert ended.code == 1
    assert "Usage:" in ended.err


def test_repair_tells_what_is_open_and_forgets_it_only_if_it_is_told(cli, state):
    keep(state, RECORDS, (Began(1, "creating", thing("new", id="")),))
    ended = cli("state", "repair", "dev", "--yes")
    assert ended.code == 0
    assert "an operation is open: creating" in ended.out
    assert "Nothing is to be changed." in ended.out
    forgetting = cli("state", "repair", "dev", "--forget-pending", "--yes")
    assert forgetting.code == 0
    assert "it may have made an object that nobody takes care of" in forgetting.out
    assert "stays in the cloud" not in forgetting.out
    assert state.load(PassphraseSealer(NAME, lambda: "open sesame")).pending == ()


@pytest.fixture
def exported(state, tmp_path):
    """A file with the states of both stacks."""
    file = tmp_path / "export.json"
    place = state.__class__(Folder(tmp_path / "state").place("cluster", NAME))
    file.write_text(json.dumps(state.export()) + "\n" + json.dumps(place.export()) + "\n")
    return file


def test_an_import_of_what_is_there_changes_nothing(cli, exported):
    ended = cli("state", "import", "dev", "--file", str(exported), "--yes")
    assert (ended.code, ended.out) == (0, "Nothing is to be changed.\n")


def test_an_older_export_is_refused_and_forced(cli, state, exported, tmp_path, golden):
    cli("state", "rm", "dev", "user", "--yes")
    refused = cli("state", "import", "dev", "--file", str(exported), "--yes")
    assert refused.code == 1
    assert "It is an older one: it was written as number 1, and the state here is number 2." in " ".join(
        refused.err.split()
    )
    forced = cli("state", "import", "dev", "--file", str(exported), "--force", "--yes")
    assert forced.code == 0
    assert "user" in recorded(state)
    golden(shown(forced, tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"version": 3, "deployment": {}}',
        '{"version": 3, "deployment": {"resources": [{"urn": "urn:pulumi:x.y::links::t::n", "type": "t"}]}}',
    ],
)
def test_a_file_that_is_no_state_of_the_environment(cli, state, tmp_path, text):
    file = tmp_path / "file.json"
    file.write_text(text)
    ended = cli("state", "import", "dev", "--file", str(file), "--yes")
    assert ended.code == 1
    assert "error[RUN-11" in ended.err


def test_a_file_that_is_not_there(cli, state):
    ended = cli("state", "import", "dev", "--file", "nowhere.json", "--yes")
    assert ended.code == 1
    assert "No such file" in ended.err


def test_a_state_of_another_environment_is_refused_even_if_it_is_forced(cli, state, exported, golden):
    before = recorded(state)
    exported.write_text(exported.read_text().replace("dev.eu-west-1", "prod.eu-west-1"))
    ended = cli("state", "import", "dev", "--file", "export.json", "--force", "--yes")
    assert ended.code == 1
    assert recorded(state) == before
    golden(ended.err)


def test_what_was_said_twice_is_told(cli, state):
    said = " ".join(cli("state", "unprotect", "dev", "key", "--all", "--yes").err.split())
    assert "not both" in said


def test_a_backup_can_be_imported(cli, state, tmp_path):
    cli("state", "rm", "dev", "user", "--yes")
    (backup,) = (tmp_path / "state/.pulumi/backups/foundation" / NAME).iterdir()
    assert cli("state", "import", "dev", "--file", str(backup), "--yes").code == 0
    assert "user" in recorded(state)

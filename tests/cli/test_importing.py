"""`import`: what is shown, what is asked, what is refused, and the files."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from environments.load import load
from provisioner.cli import importing
from provisioner.cli.import_files import wishes_in
from provisioner.plan.importing import Hindrance, Import, ImportPlan, Obstacle, Unmade
from provisioner.plan.values import Secret
from provisioner.schedule import LayerStacks
from provisioner.wiring import Workspace
from tests.support.fake_engine import STACKS, FakeEngine, FakeRun
from tests.support.plans import KEY, REPOSITORY, VPC, plan, recorded, step, urn

ENVIRONMENT = """\
name: dev
cloud: local
owner: ml@example.com
data_class: internal
connectivity: {kind: connected}
region: us-east-1
network: {cidr: 10.30.0.0/16, zones: 2}
registry: {repositories: [serving], keep_images: 50, scan: on_push}
"""
SAME = step("same", VPC, "network", id="vpc-1", origin="network")
CHANGED = step(
    "update",
    REPOSITORY,
    "serving",
    {"policy": '{"keep": 20}', "password": Secret("old")},
    {"policy": '{"keep": 50}', "password": Secret("new")},
    reasons=("policy", "password"),
    id="dev/serving",
    origin="registry.repositories[0]",
)
TAGGED = step(
    "update",
    KEY,
    "logs",
    {"tagsAll": {}},
    {"tagsAll": {"Name": "logs", "owner": "ml@example.com"}},
    reasons=("tagsAll",),
    id="1234abcd",
    origin="encryption.kms",
)
ANEW = step(
    "replace",
    VPC,
    "other",
    {"cidrBlock": "10.40.0.0/16"},
    {"cidrBlock": "10.30.0.0/16"},
    reasons=("cidrBlock",),
    id="vpc-2",
    origin="network",
    dependencies=(urn(KEY, "images"),),
)
IMAGES = Unmade(urn(KEY, "images"), KEY, "encryption.kms")
QUOTED = Unmade(urn(KEY, "with a space"), KEY, "")


@dataclass
class Importing(FakeRun):
    """A run whose findings are given."""

    found: ImportPlan = field(default_factory=lambda: ImportPlan(plan=plan()))
    backup: str = "backups/one.json"

    def importing(self, imports, upstream):
        self.asked.append(("importing", *((each.resource, each.id) for each in imports)))
        return self.found

    def take_over(self):
        self.asked.append(("take over",))
        return self.backup


@pytest.fixture
def fake_run():
    return Importing()


@pytest.fixture
def wired(workspace, fake_run, tmp_path, monkeypatch):
    """The command on a fake; `running` is whether there is a local cloud."""
    file = tmp_path / "dev.yaml"
    file.write_text(ENVIRONMENT)
    loaded = load(file)
    wired = SimpleNamespace(begun=[], endpoint="http://127.0.0.1:5")

    def made(asked):
        return Workspace(
            name=str(asked),
            environment=loaded.environment,
            engine=FakeEngine(fake_run),
            layers=(LayerStacks((STACKS,)),),
            endpoint=wired.endpoint,
            begin=lambda: wired.begun.append("begun"),
            files=loaded,
        )

    @contextmanager
    def planning(asked):
        yield made(asked)

    monkeypatch.setattr(importing, "planning", planning)
    monkeypatch.setattr(importing, "reverting", made)
    return wired


def found(*steps, **more):
    """What a run finds if these are the next plan's steps for what was asked for: one by name, several by a file."""
    places = [f"ids.yaml:{number}" for number, _ in enumerate(steps, 1)] if len(steps) > 1 else [""]
    wishes = {
        each.urn: Import(resource=each.name, id=each.id, place=place)
        for each, place in zip(steps, places, strict=False)
    }
    return ImportPlan(
        plan=plan(*steps), wishes=wishes, meant={wish: (urn,) for urn, wish in wishes.items()}, **more
    )


def test_what_is_as_wanted_is_recorded_when_somebody_agrees(cli, fake_run, wired, golden):
    fake_run.found = found(SAME, assumed={SAME.urn: ("password",)})
    ended = cli("import", "dev", "network", "vpc-1", typed="yes")
    assert ended.code == 0
    assert fake_run.asked == [("open", "write"), ("importing", ("network", "vpc-1")), ("take over",)]
    assert wired.begun == ["begun"]
    golden(ended.out + ended.err)


def test_nobody_agrees(cli, fake_run, wired):
    fake_run.found = found(SAME)
    ended = cli("import", "dev", "network", "vpc-1", typed="no")
    assert ended.code == 1
    assert ended.out.endswith("Nothing was recorded.\n")
    assert ("take over",) not in fake_run.asked
    assert wired.begun == []


def test_without_a_terminal_it_has_to_be_said_before(cli, fake_run, wired):
    ended = cli("import", "dev", "network", "vpc-1")
    assert ended.code == 1
    assert "import dev network vpc-1 --yes" in ended.err
    assert fake_run.asked == []


def test_a_dry_run_shows_the_same_and_takes_no_lock(cli, fake_run, wired):
    fake_run.found = found(SAME)
    ended = cli("import", "dev", "network", "vpc-1", "--dry-run")
    assert ended.code == 0
    assert ended.out.endswith("Nothing was recorded: --dry-run.\n")
    assert fake_run.asked == [("open", "read"), ("importing", ("network", "vpc-1"))]


def test_programs_read_what_is_recorded(cli, fake_run, wired):
    fake_run.found = found(SAME)
    assert cli("import", "dev", "network", "vpc-1", "--json", typed="yes").code == 1  # they are never asked
    tried = json.loads(cli("import", "dev", "network", "vpc-1", "--dry-run", "--json").out)
    assert (tried["schema"], tried["recorded"], tried["count"]) == ("provisioner/import/1", False, 1)
    done = json.loads(cli("import", "dev", "network", "vpc-1", "--yes", "--json").out)
    assert (done["recorded"], list(done["backups"].values())) == (True, ["backups/one.json"])
    assert [each["id"] for each in done["plan"]["steps"]] == ["vpc-1"]
    assert fake_run.asked[-1] == ("take over",)


def test_programs_are_told_of_nothing_that_stands_in_the_way_as_recorded(cli, fake_run, wired):
    fake_run.found = found(CHANGED)
    ended = cli("import", "dev", "serving", "dev/serving", "--yes", "--json")
    assert (ended.code, ended.out, "RUN-090" in ended.err) == (1, "", True)


def test_differences_are_shown_with_the_setting_that_would_match_and_refused(cli, fake_run, wired, golden):
    """A secret shows on neither side; what only lacks tags is no difference."""
    fake_run.found = found(SAME, CHANGED, TAGGED, ANEW, unmade=(IMAGES,))
    write_all("ids.yaml")
    ended = cli("import", "dev", "--file", "ids.yaml", "--yes")
    assert ended.code == 1
    assert ("take over",) not in fake_run.asked
    assert "old" not in ended.out
    golden(f"{ended.out}\n{ended.err}")


def write_all(file):
    with open(file, "w") as stream:
        stream.writelines(f"{each.name}: {each.id}\n" for each in (SAME, CHANGED, TAGGED, ANEW))


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--accept-changes",), 1),
        (("--accept-replacement", ANEW.urn), 1),
        (("--accept-changes", "--accept-replacement", "*::other"), 0),
    ],
)
def test_a_difference_is_recorded_as_it_is_if_that_is_accepted(options, code, cli, fake_run, wired):
    fake_run.found = found(SAME, CHANGED, TAGGED, ANEW)
    write_all("ids.yaml")
    assert cli("import", "dev", "--file", "ids.yaml", "--yes", *options).code == code
    assert (("take over",) in fake_run.asked) is (code == 0)


def test_everything_that_stands_in_the_way_is_told_at_once(cli, fake_run, wired, golden):
    kinds = {
        Hindrance.RECORDED: ("vpc-9",),
        Hindrance.HELD: (urn(KEY, "logs"),),
        Hindrance.GONE: (),
        Hindrance.NOT_READ: ("ec2:DescribeVpcs: the id is malformed (InvalidVpcID.Malformed)",),
        Hindrance.OWNED: ("prod.us-east-1", "foundation"),
        Hindrance.TWICE: ("vpc-8", "ids.yaml:2"),
    }
    names = [kind.name.lower() for kind in kinds]
    wishes = {
        name: Import(resource=name, id="vpc-1", place=f"ids.yaml:{n}") for n, name in enumerate(names, 1)
    }
    with open("ids.yaml", "w") as stream:
        stream.writelines(f"{name}: vpc-1\n" for name in (*names, "ambiguous", "unknown"))
    several = Import(resource="ambiguous", id="vpc-1", place=f"ids.yaml:{len(names) + 1}")
    fake_run.found = ImportPlan(
        plan=plan(),
        obstacles=tuple(
            Obstacle(kind=kind, wish=wishes[name], urn=urn(VPC, name), type=VPC, about=about)
            for (kind, about), name in zip(kinds.items(), names, strict=True)
        ),
        meant={
            **{wish: (urn(VPC, name),) for name, wish in wishes.items()},
            several: (urn(VPC, "a"), urn(KEY, "a")),
        },
        resources=(urn(VPC, "unknowm"), urn(VPC, "else")),
    )
    ended = cli("import", "dev", "--file", "ids.yaml", "--yes")
    assert ended.code == 1
    assert ended.out == ""
    golden(ended.err)


def test_what_is_recorded_already_is_no_mistake(cli, fake_run, wired, golden):
    wish = Import(resource="network", id="vpc-1")
    fake_run.recorded = (recorded(VPC, "network", "vpc-1"),)
    fake_run.found = ImportPlan(plan=plan(), recorded=(SAME.urn,), meant={wish: (SAME.urn,)})
    ended = cli("import", "dev", "network", "vpc-1", "--yes")
    assert ended.code == 0
    assert ("take over",) not in fake_run.asked
    golden(ended.out)


def test_a_template_lists_what_would_be_made_and_is_filled_in(cli, fake_run, wired, golden):
    """What it lists and nobody filled in is not imported; it can be written again."""
    fake_run.found = replace(found(), unmade=(IMAGES, QUOTED))
    ended = cli("import", "dev", "--write-template", "ids.yaml")
    assert ended.code == 0
    with open("ids.yaml") as stream:
        text = stream.read()
    golden(f"{ended.out}\n{text}")
    assert cli("import", "dev", "--write-template", "ids.yaml").code == 0
    assert "RUN-092" in cli("import", "dev", "--file", "ids.yaml", "--yes").err
    with open("ids.yaml", "w") as stream:
        stream.write(text.replace('space\': ""', "space': 1234abcd"))
    cli("import", "dev", "--file", "ids.yaml", "--yes")
    assert fake_run.asked[-1] == ("importing", (QUOTED.urn, "1234abcd"))


def test_what_was_filled_in_stays_when_a_template_is_written_again(cli, fake_run, wired, golden):
    """Also for what would not be made any more, or never."""
    fake_run.found = replace(found(), unmade=(IMAGES, QUOTED))
    cli("import", "dev", "--write-template", "ids.yaml")
    file = Path("ids.yaml")
    file.write_text(file.read_text().replace('images: ""', "images: 1234abcd") + "network: 'vpc-1'\n")
    ended = cli("import", "dev", "--write-template", "ids.yaml")
    golden(f"{ended.out}\n{file.read_text()}")
    written = file.read_text()
    cli("import", "dev", "--write-template", "ids.yaml")
    assert file.read_text() == written


def test_a_template_that_cannot_be_read_any_more_is_not_overwritten(cli, fake_run, wired):
    fake_run.found = replace(found(), unmade=(IMAGES,))
    cli("import", "dev", "--write-template", "ids.yaml")
    file = Path("ids.yaml")
    file.write_text(broken := file.read_text() + "network: [\n")
    ended = cli("import", "dev", "--write-template", "ids.yaml")
    assert (ended.code, "RUN-091" in ended.err, file.read_text()) == (1, True, broken)


def test_where_everything_is_recorded_there_is_no_template(cli, fake_run, wired):
    ended = cli("import", "dev", "--write-template", "ids.yaml")
    assert (ended.code, ended.out) == (
        0,
        "Everything that dev asks for is recorded: there is nothing to import.\n",
    )
    assert not Path("ids.yaml").exists()


@pytest.mark.parametrize("words", ["--file ids.yaml", "network vpc-1"])
def test_a_template_is_written_or_something_imported_not_both(cli, fake_run, wired, words):
    ended = cli("import", "dev", "--write-template", "new.yaml", *words.split())
    assert ended.code == 1
    assert "second step" in ended.err
    assert fake_run.asked == []


def test_no_other_file_is_overwritten_by_a_template(cli, fake_run, wired):
    fake_run.found = replace(found(), unmade=(IMAGES,))
    write_all("ids.yaml")
    assert "RUN-029" in cli("import", "dev", "--write-template", "ids.yaml").err


def test_pulumis_import_file(cli, fake_run, wired):
    """With its table of names; components have no object, and a placeholder is no id."""
    parent = urn("mlplat:network:PrivateNetwork", "dev-network")
    with open("ids.json", "w") as stream:
        json.dump(
            {
                "nameTable": {"net": parent},
                "resources": [
                    {"type": VPC, "name": "a", "id": "vpc-1", "parent": "net", "version": "7.51.1"},
                    {"type": VPC, "logicalName": "b", "id": "<PLACEHOLDER>"},
                    {"type": KEY, "name": "d", "logicalName": "logs", "id": "1234", "parent": "c"},
                    {
                        "type": "mlplat:network:PrivateNetwork",
                        "name": "c",
                        "logicalName": "dev-net",
                        "component": True,
                    },
                ],
            },
            stream,
            indent="\t",
        )
    cli("import", "dev", "--file", "ids.json", "--yes")
    assert fake_run.asked[-1] == ("importing", ("a", "vpc-1"), ("logs", "1234"))
    assert [(wish.type, wish.parent, wish.place) for wish in wishes_in(Path("ids.json"))] == [
        (VPC, parent, "ids.json:6"),
        (KEY, "dev-net", "ids.json:18"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: vpc-1\na: vpc-2\n", "ids.yaml:2: `a` was written already in line 1"),
        ("a: {id: vpc-1}\n", "ids.yaml:1: `a` has no id, but something that has parts"),
        ("resources:\n  - {name: a, id: vpc-1}\n", "ids.yaml:2: a resource needs its `type`"),
        ("- a\n", "ids.yaml: it is neither a mapping"),
        ("", "ids.yaml: it is neither a mapping"),
        ("a: [\n", "ids.yaml:2"),
        (None, "ids.yaml: No such file or directory"),
    ],
)
def test_a_file_that_says_nothing_is_told_by_line(text, said, cli, fake_run, wired, tmp_path):
    if text is not None:
        (tmp_path / "ids.yaml").write_text(text)
    ended = cli("import", "dev", "--file", "ids.yaml", "--yes")
    assert ended.code == 1
    assert "RUN-091" in ended.err
    assert said in ended.err
    assert fake_run.asked == []


@pytest.mark.parametrize(
    "arguments", [(), ("network",), ("network", "vpc-1", "--file", "ids.yaml")], ids=["none", "half", "both"]
)
def test_what_to_import_is_said_once(arguments, cli, wired):
    ended = cli("import", "dev", *arguments, "--yes")
    assert ended.code == 1
    assert "Error: " in ended.err


def test_a_local_cloud_that_is_not_there_has_nothing_to_import(cli, fake_run, wired):
    wired.endpoint = None
    assert "RUN-093" in cli("import", "dev", "network", "vpc-1", "--yes").err
    assert fake_run.asked == []


def test_the_ids_of_all_types_are_listed_without_an_environment(cli):
    ended = cli("import", "--ids")
    assert ended.code == 0
    lines = dict(line.split(None, 1) for line in ended.out.splitlines())
    assert lines[VPC] == "vpc-…"
    assert lines["aws:eks/nodeGroup:NodeGroup"] == "<clusterName>:<nodeGroupName>"

"""`provisioner engine run`: what people and programs read, and the exit codes."""

import json
import re

import pytest

from provisioner.cli.main import run
from tests.cli.conftest import Typed
from tests.projects.conftest import Shop

DYNAMIC = """
import pulumi
from pulumi import dynamic

class Provider(dynamic.ResourceProvider):
    def create(self, props):
        return dynamic.CreateResult("thing-1", {"size": props["size"], "double": props["size"] * 2})
    def update(self, id, olds, news):
        return dynamic.UpdateResult({"size": news["size"], "double": news["size"] * 2})

class Thing(dynamic.Resource):
    double: pulumi.Output[int]
    def __init__(self, name, size):
        super().__init__(Provider(), name, {"size": size, "double": None})

print("this is", "a preview" if pulumi.runtime.is_dry_run() else "an apply")
pulumi.export("double", Thing("one", pulumi.Config().require_int("size")).double)
"""


@pytest.fixture
def shop(tmp_path, quick_passphrase, monkeypatch):
    """A project with one dynamic resource."""
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "a passphrase")
    shop = Shop(tmp_path)
    shop.write("Pulumi.yaml", "name: shop\nruntime: python\nconfig: {size: {type: integer}}\n")
    shop.write("Pulumi.dev.yaml", "config: {'shop:size': 2}\n")
    shop.program(DYNAMIC)
    monkeypatch.chdir(shop.folder)
    return shop


@pytest.fixture
def typed(capsys):
    """A command line as it is typed: exit code, and all that is read."""

    def type_it(*words):
        code = run(["engine", "run", *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return type_it


def tidy(text, shop):
    """Without what is another every time."""
    text = text.replace(str(shop.folder.parent), "FOLDER")
    text = re.sub(r"in \d+\.\d s", "in 0.1 s", text)
    return re.sub(r"dev\.\d+\.json", "dev.0.json", text)


def test_from_the_first_plan_to_the_end(shop, typed, golden):
    told = []
    for words in (
        ("preview", "--stack", "dev"),
        ("up", "--stack", "dev", "--yes"),
        ("up", "--stack", "dev", "--yes"),
        ("refresh", "--stack", "dev", "--yes"),
        ("destroy", "--stack", "dev", "--yes"),
    ):
        code, out, err = typed(*words)
        told.append(f"$ provisioner engine run {' '.join(words)}  -> {code}\n{out}--\n{err}")
    golden(tidy("\n".join(told), shop))


def test_a_passphrase_that_is_missing_is_told_before_anybody_is_asked(shop, typed, monkeypatch):
    """A plan needs none; what is agreed to is not stopped by it half-way."""
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE")
    assert typed("preview", "--stack", "dev")[0] == 0
    monkeypatch.setattr("sys.stdin", Typed("yes\n"))
    code, out, err = typed("up", "--stack", "dev")
    assert (code, "RUN-014" in err, "Do this in" in out, "this is an apply" in out) == (1, True, False, False)
    assert '"resources"' not in typed("export", "--stack", "dev")[1]


def test_what_is_recorded_is_printed_as_pulumi_exports_it(shop, typed):
    typed("up", "--stack", "dev", "--yes")
    code, out, _ = typed("export", "--stack", "dev")
    found = json.loads(out)
    assert (code, found["version"]) == (0, 3)
    assert [one["type"] for one in found["deployment"]["resources"]] == [
        "pulumi:pulumi:Stack",
        "pulumi:providers:pulumi-python",
        "pulumi-python:dynamic:Resource",
    ]
    assert "ciphertext" in out


def test_for_programs_there_is_nothing_but_json_on_standard_output(shop, typed):
    code, out, err = typed("preview", "--stack", "dev", "--json", "--detailed-exitcode")
    assert (code, json.loads(out)["summary"], err) == (2, {"create": 3}, "this is a preview\n")
    code, out, _ = typed("up", "--stack", "dev", "--yes", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, lines[0]["event"], lines[-1]["event"]) == (0, "planned", "ended")
    code, out, _ = typed("up", "--stack", "nosuch", "--yes", "--json")
    assert (code, json.loads(out)["code"]) == (1, "RUN-152")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param({"Pulumi.yaml": "name: shop\nruntime: go\n"}, (), id="another language"),
        pytest.param({"Pulumi.dev.yaml": "config: {'shop:size': many}\n"}, (), id="a wrong type"),
        pytest.param({"Pulumi.dev.yaml": ""}, (), id="configuration is missing"),
        pytest.param({"__main__.py": "1 / 0\n"}, (), id="the program fails"),
        pytest.param({}, ("--stack", "mine/dev"), id="a stack of somebody else"),
    ],
)
def test_what_goes_wrong_is_explained(shop, typed, golden, files, words):
    for name, text in files.items():
        shop.write(name, text)
    code, out, err = typed("up", "--stack", "dev", "--yes", *words)
    assert (code, out) == (1, "")
    golden(tidy(err, shop))


def test_nobody_is_asked_where_nobody_can_answer(shop, typed):
    code, out, err = typed("up", "--stack", "dev")
    assert (code, out) == (1, "")
    assert "provisioner engine run up --stack dev --yes" in err


def test_a_refresh_of_what_there_is_not_is_refused(shop, typed):
    assert typed("up", "--stack", "dev", "--yes")[0] == 0
    code, _, err = typed("refresh", "--stack", "dev", "--yes", "--target", "nosuch")
    assert (code, "RUN-054" in err) == (1, True)


def test_without_a_preview_what_is_new_is_made_and_nothing_is_removed(shop, typed, golden):
    told = []

    def does(*words):
        code, out, err = typed("up", "--stack", "dev", *words)
        told.append(f"$ provisioner engine run up {' '.join(words)}  -> {code}\n{out}--\n{err}")

    does("--skip-preview")
    shop.write("Pulumi.dev.yaml", "config: {'shop:size': 3}\n")
    shop.program(DYNAMIC + 'Thing("two", 1)\n')
    does("-f", "--yes")
    does("-f")
    shop.program(DYNAMIC.replace('Thing("one"', 'Thing("other"'))
    does("-f")
    shop.program(DYNAMIC.replace('Thing("one"', 'Thing("other"') + 'Thing("two", 1)\n')
    does("-f", "--replace", "two")
    does("--yes")
    golden(tidy("\n".join(told), shop))

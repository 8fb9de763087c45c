"""Any Pulumi program, run as the real engine runs it: how it ends, what it says, what it may rely on."""

import gc
import os
import re
import sys
import warnings

import pytest

from provisioner.engine.embedded.secrets import PassphraseSealer
from provisioner.engine.events import Severity
from provisioner.engine.failures import NoProvider, ProgramFailed
from provisioner.engine.plugin_failures import NoPlugin
from provisioner.engine.project_failures import NotAProject
from provisioner.plan.scope import Scope
from provisioner.plan.values import UNKNOWN, Secret
from provisioner.projects.running import Action, run_project

THING = """\
import pulumi
from tests.support.fake_cloud import Thing
"""


def records(ran):
    return ran.deployment["deployment"].get("resources", [])


def names(ran):
    """The records' names, in their order."""
    return [record["urn"].rsplit("::", 1)[1] for record in records(ran)]


class TestDefaultProviders:
    """Made when something needs one, from the configuration of the stack."""

    PROGRAM = THING + "Thing('a', size=1, opts=pulumi.ResourceOptions(version='1.2.3-rc.1'))\n"

    def test_it_is_made_before_its_first_user_with_what_is_configured(self, shop):
        shop.write("Pulumi.dev.yaml", "config: {'fake:region': there, 'other:region': here}\n")
        ran = shop.up(self.PROGRAM)
        stack, provider, thing = records(ran)
        assert (ran.succeeded, provider["urn"].rsplit("::", 1)[1]) == (True, "default_1_2_3_rc_1")
        assert provider["inputs"] == {"region": "there", "version": "1.2.3-rc.1"}
        assert "parent" not in provider
        assert thing["provider"] == f"{provider['urn']}::{provider['id']}"
        assert stack["type"] == "pulumi:pulumi:Stack"

    def test_it_stays_the_same_and_goes_with_the_last_one(self, shop):
        first = shop.up(self.PROGRAM)
        second = shop.run("up")
        assert {op for op, _ in second.steps} == {"same"}
        assert records(second)[1]["id"] == records(first)[1]["id"]
        assert names(shop.up("")) == ["shop-dev"]

    def test_one_for_each_version(self, shop):
        program = THING + "for name, version in (('a', '1.0.0'), ('b', ''), ('c', '1.0.0')):\n"
        program += "    Thing(name, opts=pulumi.ResourceOptions(version=version))\n"
        assert sorted(names(shop.up(program))) == ["a", "b", "c", "default", "default_1_0_0", "shop-dev"]

    def test_a_function_and_a_lookup_have_one_too(self, shop):
        ran = shop.up(
            THING
            + "answer = pulumi.runtime.invoke('fake:index:answer', {'of': 'a'}).value\n"
            + "pulumi.export('answer', answer)\n"
        )
        assert (ran.failure, sorted(names(ran))) == (None, ["default", "shop-dev"])

    def test_another_region_is_another_provider(self, shop):
        shop.write("Pulumi.dev.yaml", "config: {'fake:region': there}\n")
        shop.up(self.PROGRAM)
        shop.write("Pulumi.dev.yaml", "config: {'fake:region': elsewhere}\n")
        assert sorted(op for op, _ in shop.run("preview").steps) == ["replace", "replace", "same"]

    def test_they_can_be_switched_off(self, shop):
        shop.write("Pulumi.dev.yaml", "config: {'pulumi:disable-default-providers': ['fake']}\n")
        ran = shop.up(self.PROGRAM)
        assert isinstance(ran.failure, NoProvider)

    def test_a_package_that_nobody_has_is_refused_by_name(self, shop, monkeypatch):
        monkeypatch.setenv("PATH", "")
        ran = shop.up("import pulumi\npulumi.CustomResource('nosuch:index:Thing', 'a', {})\n")
        assert isinstance(ran.failure, NoPlugin)
        assert ran.failure.package == "nosuch"
        assert records(ran) == []


class TestEndings:
    """Nothing is done for a program whose plan fails; what a program says is heard."""

    def failed(self, ran):
        assert isinstance(ran.failure, ProgramFailed)
        return ran.failure

    def test_an_exception_is_told_from_the_first_line_of_the_program_on(self, shop):
        failed = self.failed(shop.up("def f():\n    raise ValueError('broken')\nf()\n"))
        assert failed.error == "ValueError: broken"
        marks = re.compile(r"^ *[~^]+\n", re.MULTILINE)  # later versions of Python show where in the line
        assert marks.sub("", failed.traceback) == (
            "Traceback (most recent call last):\n"
            f'  File "{shop.folder}/__main__.py", line 3, in <module>\n    f()\n'
            f"  File \"{shop.folder}/__main__.py\", line 2, in f\n    raise ValueError('broken')\n"
            "ValueError: broken\n"
        )

    def test_an_exception_in_a_callback(self, shop):
        ran = shop.up("import pulumi\npulumi.Output.from_input(1).apply(lambda one: one / 0)\n")
        assert self.failed(ran).error == "ZeroDivisionError: division by zero"

    def test_an_output_that_fails(self, shop):
        program = (
            "import pulumi\npulumi.export('a', pulumi.Output.from_input({}).apply(lambda all: all['b']))\n"
        )
        assert self.failed(shop.up(program)).error == "KeyError: 'b'"

    def test_a_run_error_has_no_traceback(self, shop):
        failed = self.failed(shop.up("import pulumi\nraise pulumi.RunError('told so')\n"))
        assert (failed.error, failed.traceback) == ("told so", "")

    def test_exit_code_zero_is_an_end_like_any_other(self, shop):
        ran = shop.up("import pulumi, sys\npulumi.export('a', 1)\nsys.exit(0)\npulumi.export('b', 2)\n")
        assert (ran.succeeded, ran.outputs) == (True, {"a": 1})

    def test_any_other_exit_code_is_a_failure(self, shop):
        assert (
            self.failed(shop.up("import sys\nsys.exit(3)\n")).error
            == "program exited with non-zero exit code: 3"
        )

    def test_a_module_that_is_missing(self, shop):
        assert (
            self.failed(shop.up("import nowhere\n")).error == "ModuleNotFoundError: No module named 'nowhere'"
        )

    def test_a_failure_while_things_are_made_leaves_what_was_made(self, shop):
        ran = shop.up(
            THING
            + "thing = Thing('a', size=1)\n"
            + "thing.arn.apply(lambda arn: 1 / 0)\n"  # only an apply knows the ARN
        )
        assert self.failed(ran).error == "ZeroDivisionError: division by zero"
        assert names(ran) == ["shop-dev", "default", "a"]


class TestSurroundings:
    """What a program finds around it."""

    def test_it_runs_in_its_folder_and_finds_the_modules_beside_it(self, shop):
        shop.write("Pulumi.yaml", "name: shop\nruntime: python\nmain: src\n")
        shop.write("src/beside.py", "import os\nHERE = os.path.basename(os.getcwd())\n")
        shop.write(
            "src/__main__.py",
            "import beside, pulumi, sys\npulumi.export('here', [beside.HERE, sys.argv[1:]])\n",
        )
        assert shop.run("up").outputs == {"here": ["src", []]}

    def test_it_finds_the_packages_of_its_virtual_environment(self, shop):
        here = f"python{sys.version_info.major}.{sys.version_info.minor}"
        shop.write("Pulumi.yaml", "name: shop\nruntime: {name: python, options: {virtualenv: venv}}\n")
        shop.write(f"venv/lib/{here}/site-packages/only_there.py", "WORD = 'found'\n")
        ran = shop.up("import only_there, pulumi\npulumi.export('word', only_there.WORD)\n")
        assert ran.outputs == {"word": "found"}

    def test_modules_are_imported_anew_for_each_run(self, shop):
        shop.write("parts.py", "import pulumi\npulumi.ComponentResource('a:b:C', 'part')\n")
        assert "part" in names(shop.up("import parts\n"))
        assert {op for op, _ in shop.run("up").steps} == {"same"}

    def test_what_is_left_in_the_process_is_taken_back(self, shop):
        before = os.getcwd(), list(sys.path), sys.stdout, "left_behind" in sys.modules
        shop.write("left_behind.py", "")
        shop.up("import left_behind\n")
        assert before == (os.getcwd(), sys.path, sys.stdout, "left_behind" in sys.modules)

    def test_it_is_told_whether_it_is_a_dry_run(self, shop):
        shop.program("import pulumi\npulumi.export('dry', pulumi.runtime.is_dry_run())\n")
        assert shop.run("preview").outputs == {"dry": True}
        assert shop.run("up", stack="other").outputs == {"dry": False}
        assert pulumi_names(shop) == ("shop", "dev", "organization")

    def test_an_asyncio_program(self, shop):
        ran = shop.up(
            """
            import asyncio
            import pulumi

            async def slow():
                await asyncio.sleep(0)
                return 5

            async def main():
                await asyncio.sleep(0)
                return {"b": 2}

            pulumi.export("a", pulumi.Output.from_input(slow()))
            pulumi.run(main)
            """
        )
        assert ran.outputs == {"a": 5, "b": 2}

    def test_what_it_logs_and_prints_is_heard_in_plan_and_apply(self, shop, capsys):
        ran = shop.up("import pulumi\npulumi.log.warn('careful')\nprint('one\\ntwo', end='')\n")
        said = [(each.severity, each.message) for each in ran.said]
        once = [(Severity.INFO, "one"), (Severity.INFO, "two"), (Severity.WARNING, "careful")]
        assert sorted(said) == sorted([*once, *once])
        assert capsys.readouterr().out == ""

    def test_secrets_of_the_configuration_are_masked_wherever_they_are_said(self, shop, quick_passphrase):
        sealer = PassphraseSealer("dev", lambda: "a passphrase")
        sealed, salt = sealer.seal('s3"cret'), sealer.state()["state"]["salt"]
        shop.write(
            "Pulumi.dev.yaml", f"encryptionsalt: {salt}\nconfig: {{'shop:pw': {{secure: '{sealed}'}}}}\n"
        )
        ran = shop.up(
            """
            import json
            import pulumi

            word = pulumi.Config().require("pw")
            print(word, json.dumps([word]))
            pulumi.export("pw", pulumi.Config().require_secret("pw"))
            """
        )
        assert ran.said[0].message == '[secret] ["[secret]"]'
        assert ran.outputs == {"pw": Secret('s3"cret')}
        ran = shop.up("import pulumi\nraise Exception(pulumi.Config().require('pw'))\n")
        assert ran.failure.error == "Exception: [secret]"


def pulumi_names(shop):
    """Project, stack and organization as the program reads them."""
    shop.program(
        "import pulumi\n"
        "pulumi.export('names', [pulumi.get_project(), pulumi.get_stack(), pulumi.get_organization()])\n"
    )
    return tuple(shop.run("preview").outputs["names"])


@pytest.fixture
def swept():
    """The SDK begins to wait for what a reference that fails would have told, and never ends it."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


@pytest.mark.filterwarnings("ignore:coroutine 'Output")
@pytest.mark.usefixtures("swept")
class TestStackReferences:
    """To other stacks of the same backend."""

    UPSTREAM = "import pulumi\npulumi.export('a', 1)\npulumi.export('pw', pulumi.Output.secret('s3cret'))\n"

    def reading(self, shop, name, what):
        """What another stack of the project reads."""
        shop.program(f"import pulumi\nup = pulumi.StackReference('{name}')\npulumi.export('got', {what})\n")
        return shop.run("up", stack="down")

    def test_an_output_and_what_is_not_there(self, shop):
        shop.up(self.UPSTREAM)
        ran = self.reading(shop, "organization/shop/dev", "[up.get_output('a'), up.get_output('zz')]")
        assert ran.outputs == {"got": [1, None]}
        assert [record["type"] for record in records(ran)][1:] == [
            "pulumi:providers:pulumi",
            "pulumi:pulumi:StackReference",
        ]

    def test_a_secret_output_stays_secret(self, shop):
        shop.up(self.UPSTREAM)
        assert self.reading(shop, "dev", "up.get_output('pw')").outputs == {"got": Secret("s3cret")}

    def test_a_stack_of_the_same_project_by_its_name_alone(self, shop):
        shop.up(self.UPSTREAM)
        assert self.reading(shop, "dev", "up.require_output('a')").outputs == {"got": 1}

    def test_an_output_that_is_required_and_missing(self, shop):
        shop.up(self.UPSTREAM)
        assert self.reading(shop, "dev", "up.require_output('zz')").failure.error == "KeyError: 'zz'"

    def test_a_stack_that_is_not_there(self, shop):
        ran = self.reading(shop, "organization/shop/nowhere", "up.get_output('a')")
        assert "organization/shop/nowhere" in str(ran.failure.reason)


def test_refresh_records_what_the_cloud_says(shop):
    shop.up(THING + "Thing('a', size=1)\n")
    with shop.cloud.objects() as objects:
        for thing in objects.values():
            thing["size"] = 2
    ran = shop.run("refresh")
    assert [each.drift.urn.rsplit("::", 1)[1] for each in ran.looked.outside] == ["a"]
    assert records(ran)[2]["inputs"]["size"] == 2
    assert ("update", records(ran)[2]["urn"]) in shop.run("preview").steps


def test_destroy_runs_no_program(shop):
    shop.up(THING + "Thing('a', size=1)\n")
    shop.program("raise Exception('nobody runs this')\n")
    ran = shop.run("destroy")
    assert (ran.succeeded, shop.cloud.names(), names(ran)) == (True, [], [])


def test_a_preview_tells_what_is_not_known(shop):
    shop.program(THING + "pulumi.export('arn', Thing('a', size=1).arn)\n")
    assert shop.run("preview").outputs == {"arn": UNKNOWN}


def test_no_project(tmp_path):
    ran = run_project(tmp_path, "dev", Action.UP)
    assert isinstance(ran.failure, NotAProject)
    assert ran.succeeded is False


def test_a_refresh_of_a_part_looks_at_nothing_else(shop):
    shop.up(THING + "Thing('a', size=1)\nThing('b', size=1)\n")
    with shop.cloud.objects() as objects:
        for thing in objects.values():
            thing["size"] = 2
    shop.cloud.calls.clear()
    ran = shop.run("refresh", scope=Scope(targets=("*::a",)))
    assert [record["inputs"].get("size") for record in records(ran)[2:]] in ([2, 1], [1, 2])
    assert {name for operation, name in shop.cloud.calls if operation == "read"} <= {"a", ""}

"""Secrets on their way through the whole product, as a person runs it: no search of bytes finds them afterwards.

They are planted in a configuration, in an answer of a provider, in the text of an error of a server, in local
variables of an exception, and in the phrase that seals the state.
"""

import io
import json
import subprocess
import sys
import urllib.parse
from dataclasses import replace
from pathlib import Path

import botocore.session
import pytest

from policies.check import check
from policies.packs import applying
from policies.scene import Scene
from policies.values import Hidden
from provisioner.engine.embedded.secrets import PassphraseSealer
from provisioner.judging import Judged
from provisioner.report.findings_forms import FORMS
from provisioner.report.findings_rows import findings_document
from provisioner.report.findings_sarif import as_sarif
from provisioner.report.findings_text import findings_text
from provisioner.report.style import PLAIN
from tests.canary.hunting import Watcher, files_in, leaks
from tests.support.judged import facts, resources
from tests.support.moto_server import moto_server

CONFIGURED = 'K7"é&<+/ %s-\\configured-5d1e'
PHRASE = "open-sésame-5d1e/+"
ROOT = Path(__file__).parents[2]

PROGRAM = """\
import pulumi
import pulumi_aws as aws

config = pulumi.Config()
secret = config.require_secret("password")
role = aws.iam.Role(
    "shop",
    assume_role_policy="{}",
    description=secret,
    max_session_duration=config.get_int("seconds") or 3600,
    opts=pulumi.ResourceOptions(additional_secret_outputs=["uniqueId"]),
)
pulumi.export("password", secret)
pulumi.export("again", pulumi.Output.all(secret, role.unique_id).apply(lambda both: {"in": {"a list": both}}))
"""
FAILS = """
def broken(word):
    spelt = {"word": word}
    raise ValueError(f"nobody likes {word!r}")

secret.apply(broken)
"""
BREAKS = """\
import sys
import provisioner.cli.engine_run as engine_run
from provisioner.__main__ import run
from provisioner.engine.interface import Access
from provisioner.plan.values import revealed

def change(place, intent):
    with place.engine.open(place.stacks[0], Access.READ) as opened:
        kept = revealed(dict(opened.outputs()))
    try:
        return {}[kept["password"]]
    except KeyError as missing:
        raise RuntimeError(f"cannot go on with {kept}") from missing

engine_run.change = change
sys.exit(run(sys.argv[1:]))
"""


class Refusing:
    """Stands before the cloud; refuses an update in the words of its caller, as clouds do."""

    def __init__(self, app):
        self._app = app

    def __call__(self, environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        said = urllib.parse.parse_qs(body.decode("utf-8", "replace"))
        if said.get("Action") in (["UpdateRole"], ["UpdateRoleDescription"]):
            text = f"Value {said.get('Description', [''])[0]!r} of {body.decode()} {json.dumps(said)} is not allowed"
            answer = f"<ErrorResponse><Error><Code>ValidationError</Code><Message><![CDATA[{text}]]></Message></Error></ErrorResponse>"
            start_response("400 Bad Request", [("Content-Type", "text/xml")])
            return [answer.encode()]
        environ["wsgi.input"] = io.BytesIO(body)
        return self._app(environ, start_response)


@pytest.fixture(scope="module")
def cloud():
    with moto_server(Refusing) as address:
        yield address


class Shell:
    """A project, commands in it, and everything that they leave or say: name -> bytes."""

    def __init__(self, folder, cloud):
        self.folder = folder
        self.said = {}
        self.variables = {
            "HOME": str(folder), "PYTHONPATH": str(ROOT), "PULUMI_CONFIG_PASSPHRASE": PHRASE,
            "AWS_ENDPOINT_URL": cloud, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1",
        }  # fmt: skip

    def __call__(self, *words, code=0, python=("-m", "provisioner")):
        process = subprocess.Popen(
            [sys.executable, *python, *words],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", **self.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with Watcher(lambda: process.pid) as watcher:
            out, err = process.communicate(timeout=120)
        assert process.returncode == code, (
            f"{words} ended with {process.returncode}: {out.decode()}{err.decode()}"
        )
        number = len(self.said)
        self.said |= {f"{number} out": out, f"{number} err": err}
        self.said |= {f"{number} {where}": seen for where, seen in watcher.seen.items()}
        return out + err

    def program(self, text):
        (self.folder / "__main__.py").write_text(text)

    def configured(self, **plain):
        """The stack's configuration, with the secret sealed as `pulumi config set --secret` does it."""
        sealer = PassphraseSealer("dev", lambda: PHRASE)
        config = {
            "shop:password": {"secure": sealer.seal(CONFIGURED)},
            **{f"shop:{key}": value for key, value in plain.items()},
        }
        said = {"config": config, "encryptionsalt": sealer.state()["state"]["salt"]}
        (self.folder / "Pulumi.dev.yaml").write_text(json.dumps(said))

    def places(self):
        return {**self.said, **files_in(self.folder)}


@pytest.fixture
def shell(tmp_path, cloud):
    shell = Shell(tmp_path, cloud)
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "environments").mkdir()
    shell.configured()
    shell.program(PROGRAM)
    return shell


def answered(cloud):
    """What the provider's answer has that the program calls a secret."""
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    client = botocore.session.Session().create_client("iam", "us-east-1", endpoint_url=cloud, **keys)
    return client.list_roles()["Roles"][0]["RoleId"]


def test_they_are_found_nowhere(shell, cloud):
    run, stack = ("engine", "run"), ("--stack", "dev")
    shell(*run, "up", *stack, "--yes", "--json")
    secrets = {"configured": CONFIGURED, "answered": answered(cloud), "phrase": PHRASE}
    shell.configured(seconds=7200)
    shell(*run, "preview", *stack, "--refresh", "--json")
    refused = shell(*run, "up", *stack, "--yes", code=1)
    assert b"is not allowed" in refused, "the cloud has said what it was told"
    shell.program(PROGRAM + FAILS)
    failed = shell(*run, "preview", *stack, code=1)
    assert b"nobody likes" in failed, "the program has told its secret"
    shell.program(PROGRAM)
    broke = shell(*run, "up", *stack, "--yes", code=1, python=("-c", BREAKS))
    assert b"cannot go on with" in broke, "the bug was told with what it was about"
    shell("doctor", "--out", "bundle.zip", "--json")
    shell(*run, "export", *stack)
    shell(*run, "destroy", *stack, "--yes", "--approve-loss", "*")
    places = shell.places()
    assert any(".provisioner/bugs/" in where for where in places)
    assert any("bundle.zip" in where for where in places)
    assert any("cmdline" in where for where in places)
    assert leaks(secrets, places) == []
    for where, data in places.items():
        assert leaks(secrets, {where: data + CONFIGURED.encode()}), "a leak there would be found"


def tampered(value):
    """A value with every text in it secret."""
    match value:
        case str():
            return Hidden(f"{value}{CONFIGURED}")
        case Hidden(inner):
            return tampered(inner)
        case dict():
            return {key: tampered(item) for key, item in value.items()}
        case list():
            return [tampered(item) for item in value]
        case _:
            return value


def test_no_form_of_findings_quotes_a_secret():
    """Every text of a whole plan is made one; whatever the rules then say, they do not repeat it."""
    secret = [replace(each, inputs=tampered(dict(each.inputs))) for each in resources("dev")]
    judged = Judged(check(applying(facts("dev")), Scene(secret, facts("dev"))), {})
    found = findings_document("dev", judged)
    forms = {name: form("dev", judged).encode() for name, form in FORMS.items()}
    forms |= {
        "sarif": as_sarif("dev", judged).encode(),
        "text": findings_text(found, PLAIN, deferred=True).encode(),
    }
    assert judged.report.blocking
    assert leaks({"it": CONFIGURED}, forms) == []

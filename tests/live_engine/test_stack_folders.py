"""`pulumi` in a layer's folder, with the drivers attached and no plugin installed: everything it can do there."""

import contextlib
import json
import shutil
import subprocess

import pytest

from tests.e2e.product import PATIENCE, ROOT, Product

STACK = "small.us-east-1"
PROVIDER = f"urn:pulumi:{STACK}::foundation::pulumi:providers:aws::small-aws-us-east-1"


@pytest.fixture
def product(tmp_path):
    product = Product(tmp_path / "checkout")
    for folder in ("stacks", "components"):
        shutil.copytree(ROOT / folder, product.folder / folder)
    (product.folder / ".venv").symlink_to(ROOT / ".venv")
    (product.folder / "pulumi-state").mkdir()
    product.variables |= {
        "PULUMI_BACKEND_URL": f"file://{product.folder}/pulumi-state",
        "PULUMI_CONFIG_PASSPHRASE": "open sesame",
        "PULUMI_HOME": str(product.folder / "pulumi-home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    with contextlib.closing(product):
        yield product


@pytest.fixture
def pulumi(product):
    """Runs a command of Pulumi in the folder of the foundation, attached to the drivers; how it ended, and what it said."""

    def pulumi(command, code=0):
        words = ["pulumi", "--non-interactive", "-C", "stacks/foundation", *command.split(), "--stack", STACK]
        ran = subprocess.run(
            [
                f"{ROOT}/.venv/bin/provisioner",
                "provider",
                "serve",
                "aws",
                "--environment",
                "small",
                "--",
                *words,
            ],
            cwd=product.folder,
            env=product.surroundings(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert ran.returncode == code, f"`{command}` ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}"
        return ran.stdout

    return pulumi


def summary(text):
    """The lines below `Resources:`, such as `+ 3 created`."""
    return [
        line.strip() for line in text.partition("Resources:\n")[2].splitlines() if line.startswith("    ")
    ]


def test_an_environment_from_nothing_to_nothing(product, pulumi):
    pulumi("stack init")
    made = summary(pulumi("up --yes --skip-preview"))[0]
    assert made.startswith("+ ")
    assert made.endswith(" created")
    pulumi("preview --expect-no-changes")

    product.setting("nat: single}", "nat: single}\nregistry: {keep_images: 20}")
    pulumi("preview --save-plan plan.json")
    assert summary(pulumi("up --yes --skip-preview --plan plan.json"))[0] == "~ 3 updated"

    before = json.loads(pulumi("stack export"))["deployment"]["resources"]
    assert not summary(pulumi("refresh --yes"))[0].startswith(("~", "-"))
    after = json.loads(pulumi("stack export"))["deployment"]["resources"]
    assert [one.get("inputs") for one in after] == [one.get("inputs") for one in before]

    vpc = product.cloud.client("ec2").create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    code = pulumi(f"import aws:ec2/vpc:Vpc byhand {vpc} --provider p={PROVIDER} --yes --protect=false")
    assert 'cidr_block="10.99.0.0/16"' in code
    assert summary(pulumi("up --yes --skip-preview"))[0] == "- 1 deleted"

    pulumi("destroy --yes --skip-preview")
    assert json.loads(pulumi("stack export"))["deployment"].get("resources", []) == []

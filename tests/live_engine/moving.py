"""An applied environment goes from the embedded engine to Pulumi's and back: every plan on the way is empty."""

import json
import socket

import pytest

from tests.e2e.product import AMBIENT, Product


@pytest.fixture
def product(tmp_path):
    """A shell in which proxies are set, too: what talks on this machine must not go through them."""
    made = Product(tmp_path / "checkout", AMBIENT)
    yield made
    made.close()


def plans_nothing(product, engine):
    assert "No changes" in product(f"plan small --engine {engine} --detailed-exitcode").out


def test_a_stack_goes_there_and_back(product):
    product("apply small --yes")
    assert "RUN-130" in product("plan small --engine pulumi", code=1).err
    for engine in ("pulumi", "embedded", "pulumi"):
        (product.folder / "stacks.json").write_text(product("state export small").out)
        product(f"state import small --file stacks.json --yes --engine {engine}")
        plans_nothing(product, engine)
        status = product(f"engine status small --engine {engine} --json").json
        assert {stack["engine"] for stack in status["stacks"]} <= {engine, None}
    assert "RUN-132" in product("state unprotect small --all --yes", code=1).err
    product.setting("cloud: local", "cloud: local\nengine: pulumi")
    product.setting("keep_images: 50", "keep_images: 7", "base")
    assert "3 updated" in product("apply small --yes").out
    plans_nothing(product, "pulumi")
    product("destroy small --yes")
    assert product("state list small --json").json["resources"] == []


def test_a_stack_that_pulumi_has_locked_is_told(product):
    locks = product.folder / ".provisioner/state/.pulumi/locks/organization/foundation/small.us-east-1"
    locks.mkdir(parents=True)
    held = {
        "pid": 1,
        "username": "ann",
        "hostname": socket.gethostname(),
        "timestamp": "2026-11-21T08:00:00Z",
    }
    (locks / "x.json").write_text(json.dumps(held))
    assert "ann@" in product("apply small --yes --engine pulumi", code=6).err

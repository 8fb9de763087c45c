"""A reboot empties the local cloud: the next apply says so, and state and cloud start afresh together."""

import json
import os
import signal
import time


def rebooted(product):
    """End the server as a reboot would: without a word, and its record may be gone or not."""
    record = product.folder / ".provisioner/local/server.json"
    os.kill(json.loads(record.read_text())["pid"], signal.SIGKILL)
    return record


def test_apply_says_so_and_starts_afresh(product):
    """A new server is not taken for the one the state is about; what was recorded is set aside, not thrown away."""
    product.begin()
    product("apply small --yes")
    first = product("local status --json").json
    made = product.made()
    rebooted(product)
    assert product("local start --json").json["id"] != first["id"]
    plan = product("plan small --detailed-exitcode", code=2)
    assert "note: The local cloud that the state is about is gone" in plan.err
    said = product("apply small --yes").out
    assert "The local cloud was started anew since the last apply, and what was in it is gone." in said
    assert "The old state was set aside: " in said
    assert product.made() == made
    product.in_a_row("plan small --refresh --detailed-exitcode", "state verify small")


def test_destroy_knows_that_nothing_is_left(product):
    """There is nothing to remove, and no cloud is started for it; what was written for its cluster goes."""
    more = "cluster: {kind: eks}\ndelivery: gitops\nteams: [{name: search}]\n"
    product.setting("region: us-east-1\n", f"region: us-east-1\n{more}")
    assert "Started the local cloud at http://127.0.0.1:" in product("apply small --yes").out
    assert product.rendered() != {}
    rebooted(product).unlink()
    assert product("local status --json").json["running"] is False
    assert "The local cloud that this state is about is gone" in product("state list small").err
    assert "everything in it: nothing is left" in product("destroy small --yes").out
    assert product.rendered() == {}
    assert product("state list small --json").json["resources"] == []
    assert product("local status --json").json["running"] is False


def test_the_server_ends_when_its_record_vanishes(product):
    """Nothing of a checkout goes on when the checkout is removed."""
    product("local start")
    record = product.folder / ".provisioner/local/server.json"
    pid = json.loads(record.read_text())["pid"]
    record.unlink()
    assert ended_within(pid, seconds=10)


def ended_within(pid, seconds):
    """Whether the process, which is no child of ours, has ended."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False

"""Which state belongs to which local cloud: after a reboot, after a state was deleted, and in between."""

import pytest

from provisioner.local.claim import Claim, Standing


@pytest.fixture
def claim(tmp_path):
    return Claim.of("local", tmp_path / "state", tmp_path / "desk")


@pytest.mark.parametrize(
    ("claimed", "running", "has_state", "standing"),
    [
        pytest.param(None, None, False, Standing.NEW, id="the very first time"),
        pytest.param(None, "a", False, Standing.NEW, id="the cloud was started by hand"),
        pytest.param("a", "a", True, Standing.TOGETHER, id="as it should be"),
        pytest.param("a", None, True, Standing.CLOUD_LOST, id="after a reboot"),
        pytest.param("a", "b", True, Standing.CLOUD_LOST, id="after a reboot, started since"),
        pytest.param(None, "a", True, Standing.CLOUD_LOST, id="a state from elsewhere"),
        pytest.param("a", "a", False, Standing.STATE_LOST, id="the state was deleted"),
        pytest.param("a", None, False, Standing.NEW, id="both are gone"),
        pytest.param("a", "b", False, Standing.NEW, id="another cloud, and no state"),
    ],
)
def test_standing(claim, claimed, running, has_state, standing):
    if claimed:
        claim.make(claimed)
    assert claim.standing(running, has_state=has_state) is standing


def test_each_environment_has_its_own_notes(claim, tmp_path):
    claim.make("a")
    other = Claim.of("other", tmp_path / "state", tmp_path / "desk")
    assert other.standing("a", has_state=False) is Standing.NEW

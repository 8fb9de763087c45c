"""Every AWS object can be replaced although nothing of it differs, as `--replace` does."""

import pytest

from provisioner.providers.interface import Identity
from tests.support.aws_cases import ALL

ONCE = {"kms_replica_key": "KMS keeps a deleted replica for days, and makes no other in its region meanwhile"}
"""What nobody can make again at once, each with its reason."""

cases = pytest.mark.parametrize(
    "case", [case for case in ALL if case.file not in ONCE], ids=lambda it: it.file
)


@cases
def test_a_new_object_with_the_same_inputs_stands_in_the_end(case, stage, provider):
    """Beside the old one, which then goes; or after it, if the two cannot be there at once."""
    old = stage.make(case)
    wanted = stage.inputs(case, seed=b"another")
    if provider.diff(case.type, old, stage.inputs(case, old.inputs)).delete_before_replace:
        provider.delete(case.type, old)
        new = provider.create(case.type, wanted)
    else:
        new = provider.create(case.type, wanted)
        assert new.id != old.id, "what goes afterwards would be the new one"
        provider.delete(case.type, old)
    stage.made["it"] = new
    seen = provider.read(case.type, Identity(new.id, new.inputs, new.outputs))
    assert seen is not None
    assert seen.outputs == new.outputs


def test_what_cannot_be_made_again_is_a_case():
    assert ONCE.keys() <= {case.file for case in ALL}

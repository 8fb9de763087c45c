"""What AWS says when such an object is there already."""

import botocore.session
import pytest

from provisioner.providers.aws.registry import CATALOG
from provisioner.providers.aws.taken import TAKEN, is_taken

OF_THE_MODELS = ("AlreadyExist", "AlreadyOwned")
ANOTHERS = {"BucketAlreadyExists"}
"""The bucket of another account."""


def refusals_of_creations():
    """Codes that botocore's models list for the calls by which the catalogue creates, by what they say."""
    session = botocore.session.get_session()
    calls = {(spec.service, spec.create.name) for spec in CATALOG if spec.create}
    for service, call in calls:
        model = session.get_service_model(service)
        for name in model.operation_names:
            if name.lower() == call.replace("_", ""):
                yield from (error.error_code for error in model.operation_model(name).error_shapes)


def test_every_creation_of_the_catalogue_is_covered():
    said = {code for code in refusals_of_creations() if any(word in code for word in OF_THE_MODELS)}
    assert said - ANOTHERS <= TAKEN


@pytest.mark.parametrize(
    ("code", "reason", "taken"),
    [
        ("EntityAlreadyExists", "Role with name x already exists.", True),
        ("InvalidSubnet.Conflict", "The CIDR '10.0.0.0/24' conflicts with another subnet", True),
        ("ResourceInUseException", "Cluster already exists with name: x", True),
        ("ResourceInUseException", "Cluster has an update in progress", False),
        ("InvalidChangeBatch", "[Tried to create resource record set, but it already exists]", True),
        ("InvalidChangeBatch", "[Invalid TTL]", False),
        ("BucketAlreadyExists", "The requested bucket name is not available.", False),
        ("", "it already exists", False),
    ],
)
def test_a_creation_is_refused_because_something_is_there(code, reason, taken):
    assert is_taken(code, reason) is taken

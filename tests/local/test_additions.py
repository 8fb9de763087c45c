"""Every operation that was added to moto is called, and what is said to it and by it is as botocore's model says."""

import subprocess
import sys

import botocore.session
import pytest
from botocore import xform_name

from provisioner.local import additions
from provisioner.local.conformity import breaches
from provisioner.local.desk import Desk
from provisioner.local.limits import LIMITS
from tests.local.walks import ec2, eks, rest

WALKS = {"eks": eks.walk, "ec2": ec2.walk} | {
    service: getattr(rest, service) for service in additions.ADDITIONS if service not in ("eks", "ec2")
}


def added(service):
    return {operation.__name__ for operation in additions.operations(service)}


@pytest.mark.parametrize("service", additions.ADDITIONS)
def test_every_added_operation_is_called_and_conforms(cloud, service):
    WALKS[service](cloud)
    called = {xform_name(name) for of, name in cloud.called if of == service}
    assert added(service) <= {name.replace("_d_b_", "_db_") for name in called}


@pytest.mark.parametrize("service", additions.ADDITIONS)
def test_every_added_operation_is_one_of_the_service(service):
    model = botocore.session.Session().get_service_model(service)
    assert added(service) <= {xform_name(name) for name in model.operation_names}


def test_an_answer_that_the_model_does_not_know_is_found():
    model = botocore.session.Session().get_service_model("eks").operation_model("DescribeAddon").output_shape
    assert breaches({"addon": {"addonName": "x", "status": "ACTIVE"}}, model) == []
    assert "Unknown parameter" in breaches({"addon": {"color": "red"}}, model)[0]
    assert "Invalid type" in breaches({"addon": {"addonName": 3}}, model)[0]
    assert breaches({"addon": {"status": "READY"}}, model)[0].startswith(
        ".addon.status is 'READY', which is not"
    )


def test_a_request_that_the_model_does_not_allow_is_refused(cloud, refusal):
    eks = cloud.client("eks")
    cloud.cluster()
    scope = {"type": "planet"}
    entry = {"clusterName": "one", "principalArn": cloud.role()}
    eks.create_access_entry(**entry)
    policy = eks.list_access_policies()["accessPolicies"][0]["arn"]
    code = refusal(eks.associate_access_policy, **entry, policyArn=policy, accessScope=scope)
    assert code == "InvalidParameterException"


def test_nothing_is_loaded_before_it_is_asked_for():
    """The server is as quick to start as without additions."""
    program = (
        "import sys\n"
        "from provisioner.local import additions\n"
        "additions.install()\n"
        "additions.install()\n"
        "print([name for name in sys.modules if name.startswith(('provisioner.local.', 'moto.eks'))])\n"
        "import moto.backends\n"
        "moto.backends.get_backend('ecr')\n"
        "print([name for name in sys.modules if name.startswith(('provisioner.local.e', 'moto.eks'))])\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    first, second = said.stdout.splitlines()
    assert first == "['provisioner.local.additions']"
    assert second == "['provisioner.local.ecr']"


def test_accounts_and_regions_do_not_see_each_other(cloud):
    cloud.cluster()
    assert cloud.client("eks").list_clusters()["clusters"] == ["one"]
    assert cloud.client("eks", "eu-west-1").list_clusters()["clusters"] == []
    cloud.account = "999999999999"
    assert cloud.client("eks").list_clusters()["clusters"] == []


def test_each_limit_has_a_reason():
    for limit in LIMITS:
        assert limit.what and limit.why and limit.service in {*additions.ADDITIONS, "all"}


def test_the_server_on_the_desk_has_the_additions(tmp_path, cloud):
    desk = Desk(tmp_path / "local")
    try:
        cloud.endpoint = desk.start().endpoint
        assert cloud.client("eks").list_access_policies()["accessPolicies"]
    finally:
        desk.stop()

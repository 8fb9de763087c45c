"""How AWS is reached: nothing around us counts where credentials are given, and no object is made twice."""

import json
import os
import subprocess
import sys
import urllib.request

import pytest
from botocore.exceptions import ConnectionClosedError

from provisioner.providers.aws.package import AwsPackage, caller_account
from provisioner.providers.aws.scope import CONNECTION_LOST
from provisioner.providers.aws.session import POOL, Clients, Connection, Credentials
from provisioner.providers.interface import Refused

BROKEN = {
    "AWS_PROFILE": "nobody-has-this",
    "AWS_ACCESS_KEY_ID": "wrong",
    "AWS_SECRET_ACCESS_KEY": "wrong",
    "AWS_SESSION_TOKEN": "expired",
    "AWS_DEFAULT_REGION": "xx-nowhere-1",
    "AWS_CA_BUNDLE": "/nowhere/ca.pem",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9",
    "AWS_MAX_ATTEMPTS": "0",
    "AWS_RETRY_MODE": "nonsense",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_DEFAULTS_MODE": "nonsense",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
}


def test_a_broken_surrounding_does_not_matter_where_credentials_are_given(endpoint, monkeypatch, tmp_path):
    """Profile, variables, files and proxies of the developer's shell are not even looked at."""
    for name, value in BROKEN.items():
        monkeypatch.setenv(name, value)
    config = tmp_path / "config"
    config.write_text("[this is not a configuration\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(config))
    connection = Connection(endpoint, Credentials("local", "local"))
    assert caller_account(connection, "eu-west-1") == "123456789012"


def test_a_role_is_assumed(endpoint, monkeypatch):
    """Credentials found around us are exchanged for those of the role, whose account then counts."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    role = "arn:aws:iam::210987654321:role/provisioner"
    assert caller_account(Connection(endpoint, assume_role=role), "us-east-1") == "210987654321"


@pytest.mark.parametrize("written", [str, list], ids=["as the SDK sends it", "as a structure"])
def test_a_provider_takes_on_the_role_it_names(endpoint, monkeypatch, written):
    """`assumeRoles` of the provider's inputs: its objects are in that account."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    roles = [{"roleArn": "arn:aws:iam::210987654321:role/provisioner"}]
    roles = json.dumps(roles) if written is str else roles
    package = AwsPackage(Connection(endpoint))
    for inputs, account in (({"assumeRoles": roles}, "210987654321"), ({}, "123456789012")):
        aws = package.configure({"region": "us-east-1", **inputs})
        assert aws.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})["accountId"] == account


def test_roles_in_turn_are_refused(endpoint):
    """What is not done is said."""
    roles = [{"roleArn": "arn:aws:iam::1:role/a"}, {"roleArn": "arn:aws:iam::1:role/b"}]
    with pytest.raises(Refused, match="assumeRoles"):
        AwsPackage(Connection(endpoint)).configure({"region": "us-east-1", "assumeRoles": roles})


def test_without_credentials_the_refusal_says_so(endpoint):
    """What is missing is named, and it is a refusal like any other."""
    with pytest.raises(Refused) as refused:
        caller_account(Connection(endpoint), "us-east-1")
    assert refused.value.code == "NoCredentials"


def test_without_credentials_to_assume_a_role_with_the_refusal_says_so(endpoint):
    role = "arn:aws:iam::210987654321:role/provisioner"
    with pytest.raises(Refused) as refused:
        caller_account(Connection(endpoint, assume_role=role), "us-east-1")
    assert refused.value.code == "NoCredentials"


def test_a_cloud_that_does_not_answer_is_a_refusal():
    """No exception of botocore's passes."""
    with pytest.raises(Refused) as refused:
        caller_account(Connection("http://127.0.0.1:9", Credentials("local", "local")), "us-east-1")
    assert refused.value.code == "EndpointConnectionError"


def test_clients_are_made_once_and_have_room_for_every_thread(endpoint):
    """One client for each service and region."""
    clients = Clients(Connection(endpoint, Credentials("local", "local")))
    assert clients.client("sts", "us-east-1") is clients.client("sts", "us-east-1")
    assert clients.client("sts", "us-east-1") is not clients.client("sts", "eu-west-1")
    assert clients.client("sts", "us-east-1").meta.config.max_pool_connections == POOL >= 32


def test_planning_imports_no_cloud_client():
    """A plan from state costs no import of botocore, nor of jmespath."""
    program = """
import sys
from provisioner.providers.aws.package import AwsPackage
from provisioner.providers.aws.session import Connection
from provisioner.providers.interface import Object
aws = AwsPackage(Connection()).configure({"region": "us-east-1", "defaultTags": '{"tags": {"owner": "me"}}'})
for type in AwsPackage(Connection()).types():
    inputs = aws.check(type, "thing", None, {}, b"seed").inputs
    aws.planned(type, None, inputs)
    aws.diff(type, Object("id", inputs, {**inputs, "region": "us-east-1"}), inputs)
print([name for name in ("boto3", "botocore", "jmespath", "pulumi") if name in sys.modules])
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={"PATH": os.environ["PATH"]}
    )
    assert run.stdout.strip() == "[]", run.stderr


def lose_the_answer(client, operation):
    """Let AWS do it and the answer never arrive; a list of the times it was asked."""
    asked = []

    def send_and_lose(request, **_):
        asked.append(request.url)
        body = request.body if isinstance(request.body, bytes) else request.body.encode()
        urllib.request.urlopen(
            urllib.request.Request(request.url, body, dict(request.headers.items()))
        ).close()
        raise ConnectionClosedError(endpoint_url=request.url)

    client.meta.events.register(f"before-send.{operation}", send_and_lose)
    return asked, lambda: client.meta.events.unregister(f"before-send.{operation}", send_and_lose)


def test_a_create_whose_answer_was_lost_is_not_repeated(endpoint):
    """It may have been carried out; only who knows all other objects can tell, and that is the engine."""
    aws = AwsPackage(Connection(endpoint, Credentials("local", "local"))).configure({"region": "ap-south-1"})
    client = aws.scope.clients.client("kms", "ap-south-1")
    asked, restore = lose_the_answer(client, "kms.CreateKey")
    inputs = aws.check("aws:kms/key:Key", "lost", None, {"tags": {"case": "lost"}}, b"seed").inputs
    with pytest.raises(Refused) as refused:
        aws.create("aws:kms/key:Key", inputs)
    restore()
    assert refused.value.code == CONNECTION_LOST
    assert len(asked) == 1
    assert len(aws.find("aws:kms/key:Key", inputs, ())) == 1


def test_a_create_whose_answer_was_lost_is_taken_up_where_the_name_tells(endpoint):
    """The object is where only ours can be, so the create goes on from there."""
    aws = AwsPackage(Connection(endpoint, Credentials("local", "local"))).configure({"region": "ap-south-1"})
    asked, _ = lose_the_answer(aws.scope.clients.client("ecr", "ap-south-1"), "ecr.CreateRepository")
    inputs = aws.check(
        "aws:ecr/repository:Repository", "lost", None, {"tags": {"case": "lost"}}, b"seed"
    ).inputs
    made = aws.create("aws:ecr/repository:Repository", inputs)
    assert made.id == inputs["name"]
    assert made.outputs["repositoryUrl"].endswith(made.id)
    assert len(asked) == 1
    aws.delete("aws:ecr/repository:Repository", made)


def test_an_answer_that_is_a_web_page_is_a_lost_answer(endpoint):
    """A proxy in between, or a service that broke down: what became of the call is not known."""
    import io

    from botocore.awsrequest import AWSResponse

    class Page(io.BytesIO):
        def stream(self, *_args, **_options):
            yield self.read()

    aws = AwsPackage(Connection(endpoint, Credentials("local", "local"))).configure({"region": "ap-south-1"})

    def page(request, **_):
        return AWSResponse(request.url, 200, {"content-type": "text/html"}, Page(b"<!doctype html><p>Sorry"))

    aws.scope.clients.client("ec2", "ap-south-1").meta.events.register("before-send.ec2.CreateVpc", page)
    inputs = aws.check("aws:ec2/vpc:Vpc", "lost", None, {"cidrBlock": "10.0.0.0/16"}, b"seed").inputs
    with pytest.raises(Refused, match="cannot be read") as refused:
        aws.create("aws:ec2/vpc:Vpc", inputs)
    assert refused.value.code == CONNECTION_LOST

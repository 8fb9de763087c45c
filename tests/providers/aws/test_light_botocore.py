"""botocore without what a call does not need makes the same calls."""

import json
import os
import subprocess
import sys

import botocore.session
import pytest
from botocore.hooks import EVENT_ALIASES, EventAliaser, HierarchicalEmitter

from provisioner.kept import Kept
from provisioner.providers.aws import light_botocore

CALLS = """
import json, sys
from botocore.awsrequest import AWSResponse

CALLS = [
    ("ec2", "describe_vpcs", {"Filters": [{"Name": "vpc-id", "Values": ["vpc-1", "vpc-2"]}]}),
    ("iam", "get_role", {"RoleName": "role"}),
    ("logs", "describe_log_groups", {"logGroupNamePrefix": "/aws"}),
    ("s3", "get_bucket_policy", {"Bucket": "bucket"}),
    ("s3", "put_object", {"Bucket": "bucket", "Key": "key", "Body": b"text"}),
    ("eks", "describe_cluster", {"name": "cluster"}),
    ("rds", "describe_db_instances", {}),
    ("kms", "describe_key", {"KeyId": "key"}),
]
VOLATILE = ("Authorization", "X-Amz-Date", "amz-sdk-invocation-id")

class Body:
    def stream(self, *_, **__):
        return [b""]

def sent(session):
    seen = []
    def instead(request, **_):
        headers = {name: str(value) for name, value in request.headers.items() if name not in VOLATILE}
        body = request.body.read() if hasattr(request.body, "read") else request.body
        seen.append((request.method, request.url, headers, str(body)))
        return AWSResponse(request.url, 400, {}, Body())
    for service, operation, arguments in CALLS:
        client = session.create_client(service, "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
        client.meta.events.register("before-send", instead)
        for _ in range(2):
            try:
                getattr(client, operation)(**arguments)
            except Exception as error:
                seen.append(type(error).__name__ + str(error))
        seen.append((client.can_paginate(operation), sorted(client.waiter_names), dir(client)))
    return seen

if sys.argv[1] == "light":
    from provisioner.kept import KEPT
    from provisioner.providers.aws import light_botocore
    if len(sys.argv) > 2:
        sys.dont_write_bytecode = False
        KEPT.open(sys.argv[2])
    session = light_botocore.session(None)
    light_botocore.read_models_lightly(session)
    print("botocore.docs" in sys.modules, file=sys.stderr)
else:
    import botocore.session
    session = botocore.session.Session()
print(json.dumps(sent(session)))
if len(sys.argv) > 2:
    KEPT.write()
"""

MANUAL = """
import inspect
from provisioner.providers.aws import light_botocore
session = light_botocore.session(None)
client = session.create_client("sts", "eu-west-1")
import boto3, botocore.docs
print(callable(botocore.docs.generate_docs))
text = inspect.getdoc(boto3.client("sts", "eu-west-1").get_caller_identity) or ""
print(boto3.docs.docstring.LazyLoadedDocstring.__module__, type(text))
"""


def ran(program, *arguments):
    command = [sys.executable, "-c", program, *arguments]
    surroundings = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
    surroundings["PYTHONHASHSEED"] = "0"  # a call lists what its client can do in the order of a set
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def plain():
    return json.loads(ran(CALLS, "plain")[0])


def test_the_same_calls_are_made(plain):
    told, noted = ran(CALLS, "light")
    assert json.loads(told) == plain
    assert noted.split() == ["False"]


def test_the_same_calls_are_made_by_models_that_are_kept(plain, tmp_path):
    for _ in range(3):
        assert json.loads(ran(CALLS, "light", str(tmp_path / "kept"))[0]) == plain
    assert (tmp_path / "kept").stat().st_size > 1_000_000


def test_the_manual_is_there_for_whoever_asks():
    assert ran(MANUAL)[0].split("\n")[:2] == ["True", "botocore.docs.docstring <class 'str'>"]


def test_events_have_the_same_names():
    theirs, ours = (
        EventAliaser(HierarchicalEmitter()),
        light_botocore.session(None).get_component("event_emitter"),
    )
    names = [*EVENT_ALIASES, "ec2", "cloudwatch-logs", "iam", "", "*"]
    patterns = (
        "{}",
        "before-call.{}.DescribeVpcs",
        "docs.*.{}.X.complete-section",
        "{0}.{0}",
        "request-created.{}x",
    )
    for name in names:
        for pattern in patterns:
            event = pattern.format(name)
            assert ours._alias_event_name(event) == theirs._alias_event_name(event), event


def test_a_model_is_the_same_but_for_its_texts_for_people(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    kept = Kept()
    kept.open(str(tmp_path / "kept"))
    monkeypatch.setattr(light_botocore, "KEPT", kept)
    session = botocore.session.Session()
    whole = json.loads(json.dumps(session.get_service_model("s3")._service_description))
    light = botocore.session.Session()
    light_botocore.read_models_lightly(light)
    found = light.get_component("data_loader").load_service_model("s3", "service-2")
    assert without_texts(
        {name: dict(each.items()) if isinstance(each, dict) else each for name, each in found.items()}
    ) == without_texts(whole)
    assert list(found["shapes"]) == list(whole["shapes"])
    assert found["shapes"].get("nothing of the kind") is None
    assert len(found["shapes"].values()) == len(whole["shapes"])


def without_texts(value):
    match value:
        case dict():
            return {
                k: without_texts(v)
                for k, v in value.items()
                if not (k.startswith("documentation") and isinstance(v, str))
            }
        case list():
            return [without_texts(each) for each in value]
        case _:
            return value

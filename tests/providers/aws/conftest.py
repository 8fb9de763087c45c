"""A moto server on loopback for the tests of AWS drivers, and providers that use it."""

import functools
import itertools
import json
import os
from dataclasses import replace
from unittest import mock

import botocore.session
import pytest

from provisioner.providers.aws.package import AwsPackage
from provisioner.providers.aws.retry import Clock
from provisioner.providers.aws.session import Connection, Credentials
from tests.support.aws_cases import ALL, Stage
from tests.support.moto_server import moto_server

DEFAULT_TAGS = {"provisioner:environment": "test", "owner": "ml-platform@example.com"}
PROVIDER = {"region": "us-east-1", "defaultTags": json.dumps({"tags": DEFAULT_TAGS})}


def impatient(provider):
    """The provider with a clock on which waits pass at once: moto does all it does before it answers."""
    past = itertools.count()
    clock = Clock(now=lambda: next(past), sleep=lambda _: None)
    return replace(provider, scope=replace(provider.scope, clock=clock), _drivers={})


@pytest.fixture(scope="session")
def endpoint():
    """The address of a moto server that lives as long as the tests."""
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def package(endpoint):
    """The AWS package, connected to moto."""
    return AwsPackage(Connection(endpoint, Credentials("local", "local")))


@pytest.fixture(scope="session")
def provider(package):
    """A configured provider with default tags, written as Pulumi's SDK sends them."""
    return impatient(package.configure(PROVIDER))


@pytest.fixture(scope="session")
def kept(endpoint):
    """The stage of a case whose object was made once and stays for all tests that only look at it.

    It is in another account, where no other test can come into its way.
    """
    other = "210987654321"
    with mock.patch.dict(os.environ, {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}):
        sts = botocore.session.Session().create_client("sts", "us-east-1", endpoint_url=endpoint)
        role = f"arn:aws:iam::{other}:role/tests"
        loan = sts.assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]
    keys = Credentials(loan["AccessKeyId"], loan["SecretAccessKey"], loan["SessionToken"])
    there = impatient(AwsPackage(Connection(endpoint, keys)).configure(PROVIDER))

    @functools.cache
    def stage_of(file):
        stage = Stage(there)
        stage.make(next(case for case in ALL if case.file == file))
        return stage

    return lambda case: stage_of(case.file)


@pytest.fixture
def client(provider):
    """A client of a service, for what somebody else does behind our back."""
    return lambda service: provider.scope.clients.client(service, "us-east-1")


@pytest.fixture
def stage(provider):
    """Where a case is played; emptied afterwards."""
    stage = Stage(provider)
    yield stage
    stage.clear()

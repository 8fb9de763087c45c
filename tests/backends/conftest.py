"""A moto server on loopback for state in a bucket, and clients of its S3."""

import pytest

from tests.support.buckets import BUCKET, client_of
from tests.support.fake_s3 import FakeS3
from tests.support.moto_server import moto_server
from tests.support.one_at_a_time import OneAtATime


@pytest.fixture(scope="session")
def s3_endpoint():
    """The address of a moto server with an empty bucket; it lives as long as the tests."""
    with moto_server(OneAtATime) as endpoint:
        client_of(endpoint).create_bucket(Bucket=BUCKET)
        yield endpoint


@pytest.fixture(params=["moto", "memory"])
def client(request):
    """A client of an empty part of S3: moto's, or the one in memory that most tests use."""
    if request.param == "memory":
        return FakeS3().client()
    return client_of(request.getfixturevalue("s3_endpoint"))

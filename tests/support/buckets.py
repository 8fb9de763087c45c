"""State in a bucket, for tests: an engine, a prefix of its own, and faults where a test wants them."""

import itertools
import os
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import botocore.session
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from provisioner.backends.bucket import Bucket
from provisioner.backends.objects import Objects
from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.keys import Keys
from tests.support.fake_cloud import FakePackage
from tests.support.fake_s3 import FakeS3, error
from tests.support.runs import Desk

BUCKET = "example-state"
_session = None


def client_of(endpoint):
    """A client of a server's S3 that tries once."""
    global _session
    _session = _session or botocore.session.Session()
    return _session.create_client(
        "s3",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, proxies={}),
    )


def refusing(code, status):
    """A fault: the server answers with this error, and has done nothing."""

    def fault(do):
        raise error(code, status)

    return fault


def silent(do):
    """A fault: no answer ever comes, and the client has given up waiting."""
    raise ReadTimeoutError(endpoint_url="https://s3.example.com")


def losing(do):
    """A fault: the server does what it was asked, and the answer is lost."""
    do()
    raise ReadTimeoutError(endpoint_url="https://s3.example.com")


@dataclass
class BucketDesk(Desk):
    """An engine whose state is in a bucket."""

    client: object = field(default_factory=lambda: FakeS3().client())
    prefix: str = ""
    lease: timedelta = timedelta(seconds=60)

    def __post_init__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        super().__post_init__()
        self.prefix = self.prefix or f"test-{next(_numbers)}-{os.getpid()}"

    def objects(self):
        return Objects(BUCKET, self.prefix, lambda: self.client)

    def backend(self):
        return Bucket(self.objects(), self.folder / "here", self.lease)

    def engine(self):
        return EmbeddedEngine(
            self.backend(), {"fake": FakePackage(self.cloud)}, Keys(lambda: self.passphrase)
        )

    def elsewhere(self, folder: Path, client=None):
        """The same state and cloud, from another machine."""
        other = BucketDesk(folder, client=client or self.client, prefix=self.prefix, lease=self.lease)
        other.cloud = self.cloud
        return other

    def keys(self):
        """All objects, by key below the prefix."""
        return [*self.objects().sizes("")]

    def kept(self):
        """The journal that this machine keeps; None if there is none."""
        file = self.folder / "here" / "journals" / "layer" / "test.here.jsonl"
        return file.read_bytes() if file.exists() else None


_numbers = itertools.count()

"""A sealed model lies below the digest of its bytes, its signature beside it, and half of one never does."""

import json
from pathlib import Path

import pytest

from environments.model_signature import is_by, statement
from provisioner.engine.model_failures import ModelNotRead, ModelUnsound
from provisioner.providers.aws.upload import upload
from provisioner.providers.interface import Refused
from provisioner.sealing.keys import TransitSealing, TransitSigning
from provisioner.sealing.opening import digest_of, open_into, signatures_beside
from provisioner.sealing.store import BucketStore, FolderStore, bucket_of
from provisioner.sealing.work import Named, seal_into
from tests.sealing.sealed import FakeTransit, made

RANKER = Named("ranker", 17)
VAULT = FakeTransit("model-ranker", "model-triage", "signing")
SEALING, SIGNING = TransitSealing(VAULT, "prod/transit"), TransitSigning(VAULT, "prod/transit")


@pytest.fixture
def model(tmp_path):
    return made(tmp_path / "model", **{"config.json": b"{}", "weights__a.bin": bytes(3_000_000)})


@pytest.fixture
def done(tmp_path, model):
    return seal_into(FolderStore(tmp_path / "store"), RANKER, model, SEALING, SIGNING)


def test_the_address_is_made_of_the_digest(tmp_path, done):
    assert done.uri == str(tmp_path / "store/ranker" / done.digest.replace(":", "-") / "model.sealed")
    assert digest_of(Path(done.uri)) == done.digest
    assert (done.files, done.size) == (2, Path(done.uri).stat().st_size)


def test_the_signature_beside_it_holds(done):
    said = statement("ranker", 17, done.digest)
    assert [is_by(done.signing_key, each, said) for each in signatures_beside(Path(done.uri))] == [True]
    envelope = json.loads(Path(done.uri).with_name("signature.json").read_text())
    assert envelope["payloadType"] == "application/vnd.in-toto+json"


def test_nothing_of_the_model_lies_there_in_clear(tmp_path):
    model = made(tmp_path / "model", **{"secret-name.bin": b"secret weights " * 1000})
    done = seal_into(FolderStore(tmp_path / "store"), RANKER, model, SEALING, None)
    assert b"secret" not in b"".join(
        each.read_bytes() for each in (tmp_path / "store").rglob("*") if each.is_file()
    )
    assert signatures_missing(done)


def signatures_missing(done):
    with pytest.raises(ModelNotRead):
        signatures_beside(Path(done.uri))
    return done.signature == ""


def test_each_version_has_a_file_of_its_own(tmp_path, model, done):
    again = seal_into(FolderStore(tmp_path / "store"), RANKER, model, SEALING, SIGNING)
    assert again.digest != done.digest
    assert len([*(tmp_path / "store").rglob("model.sealed")]) == 2


def test_what_breaks_off_leaves_nothing(tmp_path):
    with pytest.raises(ModelNotRead):
        seal_into(FolderStore(tmp_path / "store"), RANKER, tmp_path / "nowhere", SEALING, SIGNING)
    assert [*(tmp_path / "store").iterdir()] == []


def test_a_place_that_cannot_be_written_to_is_told(tmp_path, model):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelNotRead) as refused:
        seal_into(FolderStore(tmp_path / "file"), RANKER, model, SEALING, None)
    assert refused.value.reason == "File exists"


def test_it_opens_to_the_same_files(tmp_path, model, done):
    opened = open_into(tmp_path / "out", Path(done.uri), RANKER, SEALING, done.digest)
    assert (opened.files, opened.digest, opened.key) == (2, done.digest, "prod/transit/model-ranker")
    assert (tmp_path / "out/weights/a.bin").read_bytes() == bytes(3_000_000)


@pytest.mark.parametrize("what", ["another model", "another version", "another digest", "changed", "cut off"])
def test_what_does_not_open_leaves_no_folder(tmp_path, done, what):
    file, named, digest = Path(done.uri), RANKER, None
    match what:
        case "another model":
            named = Named("triage", 17)
        case "another version":
            named = Named("ranker", 18)
        case "another digest":
            digest = "sha256:" + "0" * 64
        case "changed":
            content = bytearray(file.read_bytes())
            content[2_500_000] ^= 1
            file.write_bytes(content)
        case "cut off":
            file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ModelUnsound):
        open_into(tmp_path / "out", file, named, SEALING, digest)
    assert {each.name for each in tmp_path.iterdir()} == {"model", "store"}


def test_a_folder_that_is_there_is_left_alone(tmp_path, model, done):
    with pytest.raises(ModelNotRead):
        open_into(model, Path(done.uri), RANKER, SEALING, None)
    assert (model / "config.json").read_bytes() == b"{}"


def test_a_bucket_holds_it_as_servers_fetch_it(tmp_path, model, cloud):
    cloud.call("s3", "create_bucket", {"Bucket": "models"})

    def uploaded(file, bucket, key):
        upload(cloud, file, bucket, key)

    done = seal_into(BucketStore("models", "", uploaded, "store"), RANKER, model, SEALING, SIGNING)
    place = f"ranker/{done.digest.replace(':', '-')}"
    assert done.uri == f"store://{place}/model.sealed"
    listed = cloud.call("s3", "list_objects_v2", {"Bucket": "models"})["Contents"]
    assert [each["Key"] for each in listed] == [f"{place}/model.sealed", f"{place}/signature.json"]
    assert listed[0]["Size"] == done.size
    below = seal_into(
        BucketStore(*bucket_of("s3://models/some/where/"), uploaded), RANKER, model, SEALING, None
    )
    assert below.uri.startswith("s3://models/some/where/ranker/sha256-")


def test_a_bucket_that_is_not_there_is_told(model, cloud):
    def uploaded(file, bucket, key):
        upload(cloud, file, bucket, key)

    with pytest.raises(Refused, match="NoSuchBucket"):
        seal_into(BucketStore("nowhere", "", uploaded), RANKER, model, SEALING, None)

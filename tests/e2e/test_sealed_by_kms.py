"""A model sealed and signed by KMS in the cloud on a desk: from the environment's file to what its servers run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from components import fetch_sealed_model
from components.model_artifact import Fetched, KmsWay, Opening, fetching
from environments.model_signature import envelope, statement
from tests.e2e.product import SMALL, Product

SEALED = SMALL.replace("small", "sealed") + "model_store: {sealed_by: kms, signed_by: kms}\n"
FETCHES = '"/storage-initializer/scripts/initializer-entrypoint", uri, folder'
COPIES = """sys.executable, "-c", '''
import pathlib, sys, boto3
bucket, _, key = sys.argv[1].removeprefix("s3://").partition("/")
boto3.client("s3").download_file(bucket, key, str(pathlib.Path(sys.argv[2]) / "model.sealed"))
''', uri, folder"""
FILES = {"config.json": b"{}", "weights/a.bin": b"weights " * 200_000}


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """A checkout with the environment, applied."""
    product = Product(tmp_path_factory.mktemp("sealed") / "checkout")
    product.written("sealed", SEALED)
    for name, content in FILES.items():
        file = product.folder / "model" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    product("apply sealed --yes")
    yield product
    product.close()


@pytest.fixture(scope="module")
def done(product):
    return product("model seal sealed ranker 17 model --json").json


@pytest.fixture(scope="module")
def bucket(product):
    return product("output sealed modelBucket").out.strip()


@pytest.fixture(scope="module")
def cloud(product):
    return product.cloud


@pytest.fixture
def pod(cloud, bucket, done, tmp_path):
    """Runs what comes before the server of a model, as its pod would; how it ended."""
    said = statement("ranker", 17, done["digest"])

    def pod(model="ranker", version=17, digest=done["digest"]):
        opening = Opening(
            model=model,
            version=version,
            way=KmsWay(key="alias/sealed-sealing", region="us-east-1"),
            statement=said,
            envelope=envelope(said, [done["signature"]]),
            keys=[done["signingKey"]],
        )
        uri = done["uri"].replace("store://", f"s3://{bucket}/")
        artifact = Fetched(uri=uri, digest=digest, image="", env={}, secret=None, disk_gib=1, opening=opening)
        (first,) = fetching(artifact, str(tmp_path / "models"))
        program = first["command"][2].replace(FETCHES, COPIES)
        assert program != first["command"][2]
        there = {"AWS_ENDPOINT_URL": cloud.endpoint, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        command = [sys.executable, "-c", program, *first["args"]]
        surroundings = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "us-east-1", **there}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=surroundings)

    return pod


def test_it_lies_in_the_store_by_its_digest_and_opens_again(product, cloud, bucket, done):
    place = f"ranker/{done['digest'].replace(':', '-')}"
    assert done["uri"] == f"store://{place}/model.sealed"
    s3 = cloud.client("s3")
    found = s3.get_object(Bucket=bucket, Key=f"{place}/model.sealed")
    assert found["ServerSideEncryption"] == "aws:kms"
    sealed = found["Body"].read()
    assert b"weights " not in sealed
    (product.folder / "model.sealed").write_bytes(sealed)
    signed = json.loads(s3.get_object(Bucket=bucket, Key=f"{place}/signature.json")["Body"].read())
    (product.folder / "signature.json").write_text(json.dumps(signed))
    product(f"model verify sealed ranker 17 model.sealed --key {done['signingKey']}")
    product("model open sealed ranker 17 model.sealed --to out")
    assert (product.folder / "out/weights/a.bin").read_bytes() == FILES["weights/a.bin"]
    said = product("model open sealed triage 17 model.sealed --to other", code=1).err
    assert "it was sealed as ranker 17, not as triage 17" in " ".join(said.split())


def test_the_servers_of_the_model_find_its_files(pod, tmp_path):
    ended = pod()
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "models/weights/a.bin").read_bytes() == FILES["weights/a.bin"]


def test_those_of_another_model_or_version_do_not_start(pod, tmp_path):
    assert "it was sealed as ranker 17" in pod(model="triage").stderr
    assert "it has the digest" in pod(digest="sha256:" + "0" * 64).stderr
    assert not (tmp_path / "models").exists()


def test_the_keys_are_two_of_their_own(product, cloud):
    kms = cloud.client("kms")
    keys = {
        alias["AliasName"]: kms.describe_key(KeyId=alias["TargetKeyId"])["KeyMetadata"]
        for alias in kms.list_aliases()["Aliases"]
        if alias["AliasName"].startswith("alias/sealed-s")
    }
    assert {name: (key["KeySpec"], key["KeyUsage"]) for name, key in keys.items()} == {
        "alias/sealed-sealing": ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
        "alias/sealed-signing": ("ECC_NIST_P256", "SIGN_VERIFY"),
    }
    product("plan sealed --refresh --detailed-exitcode")


def test_the_file_knows_nothing_but_what_the_image_brings():
    text = Path(fetch_sealed_model.__file__).read_text()
    imported = {
        line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))
    }
    assert imported - {*sys.stdlib_module_names} == {"cryptography"}

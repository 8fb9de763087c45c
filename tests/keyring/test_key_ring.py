"""Which keys there are, and what needs each: by the values of properties, over all stacks and regions."""

from dataclasses import replace

import pytest

from components.model_artifact import Fetched, Opening, VaultWay, fetching
from policies.model import Resource
from policies.values import UNKNOWN, Hidden
from provisioner.keyring.engine import MOUNT
from provisioner.keyring.guard import Holder, Scene, going, moving, needed, sealed, seals
from provisioner.keyring.key import (
    INTERMEDIATE,
    KMS_ALIAS,
    KMS_KEY,
    KMS_REPLICA,
    ROOT,
    SIGNED,
    TRANSIT_KEY,
    Kind,
    Usage,
    keys_in,
)
from provisioner.keyring.uses import Need, uses

ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kms:us-east-1:123456789012:key/{ID}"
BUCKET = "aws:s3/bucket:Bucket"
SAYS = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
DATABASE = "aws:rds/instance:Instance"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
POLICY = "aws:iam/policy:Policy"


def made(type, called, /, *, layer="foundation", region="us-east-1", id="", change="same", **inputs):
    """A resource with these inputs; `outputs` and `of` (property -> URNs) are what they say."""
    outputs, of = inputs.pop("outputs", {}), inputs.pop("of", {})
    return Resource(
        urn=f"urn:pulumi:dev.{region}::{layer}::{type}::{called}",
        type=type,
        name=called,
        inputs=inputs,
        outputs=outputs,
        id=id or called,
        layer=layer,
        region="" if type.startswith("vault:") else region,
        provider="a provider",
        property_dependencies={name: frozenset(urns) for name, urns in of.items()},
        change=change,
    )


def kms(change="same", **more):
    return made(
        KMS_KEY, "data", id=ID, change=change, description="Data of dev", enableKeyRotation=True, **more
    )


ALIAS = made(KMS_ALIAS, "data-alias", name="alias/dev-data", targetKeyId=ID)


def one(*resources):
    return keys_in(resources)[0]


def test_a_key_of_kms_with_its_names_and_dates():
    key = one(kms(rotationPeriodInDays=180.0, deletionWindowInDays=7.0), ALIAS)
    assert (key.kind, key.usage, key.purpose) == (Kind.KMS, Usage.ENCRYPT, "Data of dev")
    assert (key.aliases, key.rotation_days, key.window_days) == (("alias/dev-data",), 180, 7)


def test_a_key_that_signs_says_so():
    assert (
        one(made(KMS_KEY, "s", keyUsage="SIGN_VERIFY", customerMasterKeySpec="ECC_NIST_P256")).usage
        is Usage.SIGN
    )
    assert one(made(TRANSIT_KEY, "s", backend="dev/transit", name="s", type="ed25519")).usage is Usage.SIGN


def test_a_transit_key_is_called_by_mount_and_name():
    key = one(
        made(
            TRANSIT_KEY,
            "m",
            backend="dev/transit/",
            name="models",
            autoRotatePeriod=7776000,
            minDecryptionVersion=3,
        )
    )
    assert (key.id, key.rotation_days, key.minimum_version, key.region) == (
        "dev/transit/models",
        90,
        3,
        "us-east-1",
    )


def test_an_intermediate_has_the_certificate_that_was_signed_for_its_request():
    request = made(
        INTERMEDIATE, "i", backend="dev/pki-issuing", commonName="dev issuing", outputs={"csr": "CSR"}
    )
    signed = made(SIGNED, "s", backend="dev/pki", csr="CSR", outputs={"certificate": "PEM"})
    root = made(ROOT, "r", backend="dev/pki", keyType="ec", keyBits=256, outputs={"certificate": "ROOT"})
    found = {key.name: (key.certificate, key.algorithm) for key in keys_in([request, signed, root])}
    assert found == {"i": ("PEM", "rsa"), "r": ("ROOT", "ec-256")}


@pytest.mark.parametrize(
    ("resource", "need"),
    [
        (made(LOGS, "l", kmsKeyId=ARN), Need.DATA),
        (made(LOGS, "l", layer="cluster", kmsKeyId=Hidden(ARN)), Need.DATA),
        (made(SAYS, "s", rules=[{"apply": {"kmsMasterKeyId": ID}}]), Need.DATA),
        (made(DATABASE, "d", kmsKeyId="alias/dev-data"), Need.DATA),
        (made(POLICY, "p", policy=f'{{"Resource": "{ARN}"}}'), Need.ACCESS),
        (ALIAS, Need.PART),
        (made(LOGS, "l", kmsKeyId=UNKNOWN, of={"kmsKeyId": [kms().urn]}), Need.DATA),
        (made(KMS_REPLICA, "r", region="eu-west-1", primaryKeyArn=ARN), Need.DATA),
        (made(LOGS, "l", region="eu-west-1", kmsKeyId=ID), None),
        (made(LOGS, "l", kmsKeyId=ARN.replace("us-east-1", "eu-west-1")), None),
        (made(LOGS, "l", kmsKeyId=f"{ARN}0"), None),
        (made(LOGS, "l", kmsKeyId="alias/dev-data-2"), None),
    ],
    ids=[
        "by ARN", "in a secret", "by id", "by alias", "in a policy", "its alias", "not known yet", "a replica",
        "an id in another region", "an ARN of another region", "a longer id", "a longer alias",
    ],
)  # fmt: skip
def test_what_needs_a_key_of_kms(resource, need):
    everything = [kms(), ALIAS, *([] if resource is ALIAS else [resource])]
    found = {use.urn: use.need for use in uses(one(*everything), everything)}
    assert found.get(resource.urn) is need


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('path "dev/transit/decrypt/models" {}', True),
        ('path "dev/transit/datakey/plaintext/models" {}', True),
        ("hashivault://models?engine=dev/transit", True),
        ('path "dev/transit/decrypt/models-2" {}', False),
        ('path "other/dev/transit/decrypt/models" {}', False),
        ("hashivault://models", False),
        ('{"way": {"key": "models", "kind": "vault", "mount": "dev/transit", "namespace": null}}', True),
        (r'{"args": "{\"key\": \"models\", \"kind\": \"vault\", \"mount\": \"dev/transit\"}"}', True),
        ('{"way": {"key": "models-2", "kind": "vault", "mount": "dev/transit"}}', False),
        ('{"way": {"key": "models", "kind": "vault", "mount": "other/transit"}}', False),
    ],
)
def test_what_names_a_transit_key(text, names):
    key = made(TRANSIT_KEY, "m", backend="dev/transit", name="models")
    user = made("kubernetes:core/v1:ConfigMap", "c", data={"key": text})
    assert bool(uses(one(key), [key, user])) is names


def test_the_servers_of_a_sealed_model_need_its_key():
    way = VaultWay(
        address="https://vault.example.com", namespace=None, authority="-----BEGIN CERTIFICATE-----",
        mount="dev/transit", key="model-ranker", method="dev/kubernetes", role="model-ranker",
    )  # fmt: skip
    opening = Opening(model="ranker", version=1, way=way, statement={"a": {}}, envelope=None, keys=["k"])
    artifact = Fetched(
        uri="s3://b", digest="sha256:1", image="i", env={}, secret=None, disk_gib=1, opening=opening
    )
    spec = {"predictor": {"initContainers": fetching(artifact, "/mnt/models")}}
    server = made("kubernetes:serving.kserve.io/v1beta1:InferenceService", "s", spec=spec)
    key, other = (
        made(TRANSIT_KEY, name, backend="dev/transit", name=f"model-{name}") for name in ("ranker", "churn")
    )
    found = [[(use.name, use.need) for use in uses(one(each), [each, server])] for each in (key, other)]
    assert found == [[("s", Need.DATA)], []]


def test_a_mount_with_a_longer_name_is_another_issuers():
    root = made(ROOT, "r", backend="dev/pki")
    near = made("vault:pkiSecret/secretBackendRole:SecretBackendRole", "n", backend="dev/pki-issuing")
    own = made("vault:pkiSecret/secretBackendRole:SecretBackendRole", "o", backend="dev/pki")
    assert [use.name for use in uses(one(root), [root, near, own])] == ["o"]


def after(*steps, **more):
    """What still needs the key `data` when these resources, each (now, planned), change as they say."""
    now = [each for each, _ in steps]
    planned = [each for _, each in steps]
    (key,) = going(now, planned)
    return needed(key, Scene(now=now, planned=planned, **more))


def gone(resource):
    return resource, replace(resource, change="delete")


def stays(resource, change="same", **inputs):
    return resource, replace(resource, change=change, inputs={**resource.inputs, **inputs})


KEY_GOES = gone(kms())
LOG = made(LOGS, "logs", kmsKeyId=ARN)


def test_a_key_may_go_with_everything_that_needs_it():
    found = after(KEY_GOES, gone(ALIAS), gone(LOG), stays(made(POLICY, "p", policy=ARN)))
    assert (found.living, found.retained) == ((), ())


def test_what_stays_a_resource_refuses():
    assert after(KEY_GOES, stays(LOG)).living == (LOG.urn,)


def test_what_gets_another_key_still_has_what_the_old_one_encrypted():
    assert after(KEY_GOES, stays(LOG, "update", kmsKeyId="arn:another")).living == (LOG.urn,)
    assert after(KEY_GOES, stays(LOG, "replace", kmsKeyId="arn:another")).living == ()


def test_what_other_stacks_have_refuses():
    other = made(LOGS, "of another stack", layer="cluster", kmsKeyId=ARN)
    assert after(KEY_GOES, others=[other]).living == (other.urn,)


def test_a_bucket_keeps_its_objects_when_only_its_setting_goes():
    bucket = made(BUCKET, "bucket", id="dev-models")
    says = made(SAYS, "says", bucket="dev-models", rules=[{"kmsMasterKeyId": ARN}])
    assert after(KEY_GOES, stays(bucket), gone(says)).living == (bucket.urn,)
    assert after(KEY_GOES, gone(bucket), gone(says)).living == ()


def test_a_key_that_seals_the_state_refuses():
    here, there = (f"awskms://alias/dev-data?region={each}" for each in ("us-east-1", "eu-west-1"))
    by = {
        "foundation dev.us-east-1": here,
        "cluster dev.us-east-1": there,
        "platform dev.us-east-1": "passphrase",
    }
    assert after(KEY_GOES, gone(ALIAS), seals=by).sealed == ("foundation dev.us-east-1",)


@pytest.mark.parametrize("engine", ["dev/transit", "dev%2Ftransit", "dev%2ftransit", "dev/transit/"])
def test_a_transit_key_that_seals_the_state_is_known_however_it_is_written(engine):
    transit = one(made(TRANSIT_KEY, "s", backend="dev/transit", name="state"))
    assert seals(transit, f"hashivault://state?engine={engine}")
    assert not seals(transit, f"hashivault://state-2?engine={engine}")
    assert not seals(transit, "hashivault://state")
    assert not seals(transit, "passphrase")


def test_objects_that_stay_in_the_cloud_are_told():
    database = made(DATABASE, "db", kmsKeyId=ARN)
    assert after(KEY_GOES, gone(database)).retained == (f"the final snapshot of {database.urn}",)
    quiet = made(DATABASE, "db", kmsKeyId=ARN, skipFinalSnapshot=True)
    assert after(KEY_GOES, gone(quiet)).retained == ()
    assert after(KEY_GOES, gone(LOG), kept={LOG.urn}).retained == (
        f"{LOG.urn} (its object stays: retainOnDelete)",
    )


def test_snapshots_and_buckets_that_nobody_here_has_made_are_told():
    snapshot = Holder(kind="snapshot", id="snap-1", key=ARN, region="us-east-1")
    elsewhere = Holder(
        kind="snapshot", id="snap-2", key=ARN.replace("us-east", "eu-west"), region="eu-west-1"
    )
    going_too = Holder(kind="bucket", id="dev-models", key=ARN, region="us-east-1")
    bucket = gone(made(BUCKET, "bucket", id="dev-models"))
    found = after(KEY_GOES, bucket, holders=[snapshot, elsewhere, going_too])
    assert found.retained == ("snapshot snap-1 in us-east-1",)


ENGINE = made(MOUNT, "engine", id="dev/transit", path="dev/transit", type="transit")
KEY_IN_IT = made(TRANSIT_KEY, "m", backend="dev/transit", name="models")
SERVER = made(
    "kubernetes:apps/v1:Deployment", "s", spec={"args": ['{"key": "models", "mount": "dev/transit"}']}
)


def test_an_engine_may_go_with_its_keys_and_all_that_needs_them():
    names = made("vault:index/policy:Policy", "p", policy='path "dev/transit/decrypt/models" {}')
    found = needed_of(ENGINE, gone(ENGINE), gone(KEY_IN_IT), gone(SERVER), stays(names))
    assert (found.living, found.retained, found.sealed) == ((), (), ())


def test_with_an_engine_all_its_keys_go_whoever_made_them():
    assert needed_of(ENGINE, gone(ENGINE), stays(SERVER)).living == (SERVER.urn,)
    assert needed_of(ENGINE, gone(ENGINE), stays(KEY_IN_IT)).living == (KEY_IN_IT.urn,)
    assert needed_of(ENGINE, gone(ENGINE), others=[SERVER]).living == (SERVER.urn,)
    near = made(TRANSIT_KEY, "n", backend="dev/transit-2", name="models")
    assert needed_of(ENGINE, gone(ENGINE), stays(near)).living == ()


def test_what_is_made_anew_with_an_engine_needs_the_new_one():
    replaced = [(each, replace(each, change="replace")) for each in (ENGINE, KEY_IN_IT, SERVER)]
    assert needed_of(ENGINE, *replaced).living == ()
    assert needed_of(KEY_IN_IT, *replaced).living == ()
    assert needed_of(ENGINE, *replaced[:2], stays(SERVER)).living == (SERVER.urn,)


def test_an_engine_in_which_the_key_of_a_state_lies_is_needed_by_it():
    by = {
        "foundation dev.here": "hashivault://by-hand?engine=dev%2Ftransit",
        "cluster dev.here": "passphrase",
    }
    assert needed_of(ENGINE, gone(ENGINE), seals=by).sealed == ("foundation dev.here",)
    assert needed_of(ENGINE, (ENGINE, replace(ENGINE, change="replace")), seals=by).sealed
    other = {"foundation dev.here": "hashivault://by-hand?engine=dev/transit-2"}
    assert not needed_of(ENGINE, gone(ENGINE), seals=other).sealed


def test_of_other_engines_only_those_with_keys_of_transit_are_asked_for():
    assert going([*gone(made(MOUNT, "kv", path="dev/kv", type="kv"))], [gone(ENGINE)[1]]) == ()


def test_an_engine_that_moves_takes_the_key_of_a_state_away_from_its_address():
    now, planned = stays(ENGINE, "update", path="dev/keys")
    (engine,) = moving([now], [planned])
    assert sealed(engine, {"foundation dev.here": "hashivault://state?engine=dev/transit"})
    assert moving([now], [replace(now, change="update")]) == ()


def needed_of(resource, *steps, **more):
    """What still needs a resource that goes; the others change as they say."""
    now = [each for each, _ in steps]
    planned = [each for _, each in steps]
    (found,) = (each for each in going(now, planned) if each.urn == resource.urn)
    return needed(found, Scene(now=now, planned=planned, **more))

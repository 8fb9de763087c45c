"""Buckets: never someone else's, never lost with what is in them, tagged as a whole, in the right region."""

import pytest

from provisioner.providers.interface import Identity, Refused
from tests.support.aws_cases import Case

BUCKET = Case("aws:s3/bucket:Bucket", {"bucket": "models-of-search"})
NAME = "models-of-search"


def fill(client, bucket):
    """Two versions of an object, one of them under a delete marker."""
    s3 = client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"one", b"two"):
        s3.put_object(Bucket=bucket, Key="ranker/weights", Body=body)
    s3.delete_object(Bucket=bucket, Key="ranker/weights")


@pytest.fixture
def name(request):
    """A name for this test alone: moto gives a bucket the tags of an earlier one of that name."""
    return request.node.name.replace("_", "-")[:63]


@pytest.fixture
def inputs(stage, name):
    return stage.inputs(Case(BUCKET.type, {"bucket": name}))


@pytest.fixture
def made_elsewhere(client, name):
    """A bucket of that name that somebody has made in our account."""
    s3 = client("s3")
    s3.create_bucket(Bucket=name)
    yield s3
    for entry in s3.list_objects_v2(Bucket=name).get("Contents", []):
        s3.delete_object(Bucket=name, Key=entry["Key"])
    s3.delete_bucket(Bucket=name)


def test_a_bucket_with_versions_in_it_is_not_deleted(provider, stage, client):
    bucket = stage.make(BUCKET)
    fill(client, NAME)
    with pytest.raises(Refused) as refusal:
        provider.delete(BUCKET.type, bucket)
    assert refusal.value.code == "BucketNotEmpty"
    assert refusal.value.reason == (
        "the bucket models-of-search still holds objects or old versions of them, and `forceDestroy` is not set:"
        " set it and apply, or empty the bucket, then try again"
    )
    stage.made["it"] = provider.update(
        BUCKET.type, bucket, stage.inputs(BUCKET, bucket.inputs, forceDestroy=True)
    )


def test_a_bucket_that_may_be_emptied_is(provider, stage, client):
    bucket = stage.make(Case(BUCKET.type, {**BUCKET.inputs, "forceDestroy": True}))
    fill(client, NAME)
    provider.delete(BUCKET.type, bucket)
    assert provider.read(BUCKET.type, Identity(NAME)) is None


def test_a_bucket_that_is_there_already_is_not_taken_over(provider, inputs, name, made_elsewhere):
    """In us-east-1, S3 itself would let a second creation pass."""
    with pytest.raises(
        Refused, match="exists already in this account; import it, or choose another name"
    ) as refusal:
        provider.create(BUCKET.type, inputs)
    assert refusal.value.made is None


def test_a_bucket_killed_before_its_tags_is_found(provider, inputs, name, made_elsewhere):
    assert provider.find(BUCKET.type, inputs, ()) == [name]
    found = provider.read(BUCKET.type, Identity(name, inputs))
    assert provider.diff(BUCKET.type, found, inputs).updates == ("tagsAll",)


def test_a_bucket_with_something_in_it_is_not_ours(provider, inputs, name, made_elsewhere):
    made_elsewhere.put_object(Bucket=name, Key="theirs", Body=b"")
    assert provider.find(BUCKET.type, inputs, ()) == []


def test_a_bucket_with_other_tags_is_not_ours(provider, inputs, name, made_elsewhere):
    made_elsewhere.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "owner", "Value": "them"}]})
    assert provider.find(BUCKET.type, inputs, ()) == []


def test_tags_of_others_stay_when_ours_change(provider, stage, client):
    """S3 takes all tags at once; what a plan did not see must not get lost."""
    bucket = stage.make(Case(BUCKET.type, {**BUCKET.inputs, "tags": {"team": "search", "tier": "gold"}}))
    s3 = client("s3")
    theirs = [*s3.get_bucket_tagging(Bucket=NAME)["TagSet"], {"Key": "cost", "Value": "7"}]
    s3.put_bucket_tagging(Bucket=NAME, Tagging={"TagSet": theirs})
    stage.made["it"] = provider.update(
        BUCKET.type, bucket, stage.inputs(BUCKET, bucket.inputs, tags={"team": "ads"})
    )
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=NAME)["TagSet"]}
    assert tags == {
        "cost": "7",
        "owner": "ml-platform@example.com",
        "provisioner:environment": "test",
        "team": "ads",
    }


def test_a_bucket_stands_in_the_region_of_its_provider(package, client):
    provider = package.configure({"region": "eu-west-1"})
    inputs = provider.check(BUCKET.type, "models", None, {}, b"seed").inputs
    bucket = provider.create(BUCKET.type, inputs)
    assert client("s3").get_bucket_location(Bucket=bucket.id)["LocationConstraint"] == "eu-west-1"
    assert bucket.outputs["bucketRegionalDomainName"] == f"{bucket.id}.s3.eu-west-1.amazonaws.com"
    assert bucket.outputs["hostedZoneId"] == "Z1BKCTXD74EZPE"
    provider.delete(BUCKET.type, bucket)


@pytest.mark.parametrize(
    ("type", "given", "property"),
    [
        pytest.param(
            "aws:s3/bucketVersioning:BucketVersioning",
            {"versioningConfiguration": {"status": "Disabled"}},
            "versioningConfiguration.status",
            id="versioning can only be suspended",
        ),
        pytest.param(
            "aws:s3/bucketVersioning:BucketVersioning",
            {"versioningConfiguration": {"status": "Enabled", "mfaDelete": "Enabled"}},
            "versioningConfiguration.mfaDelete",
            id="deletion with a device",
        ),
        pytest.param(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            {"rules": [{"blockedEncryptionTypes": ["SSE-C"]}]},
            "rules[0].blockedEncryptionTypes",
            id="blocked kinds of encryption",
        ),
        pytest.param("aws:s3/bucket:Bucket", {"acl": "private"}, "acl", id="a setting of the old kind"),
    ],
)
def test_a_setting_that_is_not_supported_is_refused(provider, type, given, property):
    [problem] = provider.check(type, "models", None, {"bucket": NAME, **given}, b"seed").problems
    assert problem.property == property

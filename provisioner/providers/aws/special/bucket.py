"""S3 buckets: created in a region that has to be named, tagged as a whole, emptied before they go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.aws.calling import run
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.aws.inputs import ALL_TAGS
from provisioner.providers.interface import Identity, Object, Refused

OLDEST_REGION = "us-east-1"
"""It is not named in the call, and there a second creation of one's own bucket is no error:
docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html, under BucketAlreadyOwnedByYou."""

ZONE = "hostedZoneId"
WEBSITE_ZONES: Mapping[str, str] = {
    "af-south-1": "Z83WF9RJE8B12",
    "ap-east-1": "ZNB98KWMFR0R6",
    "ap-northeast-1": "Z2M4EHUR26P7ZW",
    "ap-northeast-2": "Z3W03O7B5YMIYP",
    "ap-northeast-3": "Z2YQB5RD63NC85",
    "ap-south-1": "Z11RGJOFQNVJUP",
    "ap-south-2": "Z02976202B4EZMXIPMXF7",
    "ap-southeast-1": "Z3O0J2DXBE1FTB",
    "ap-southeast-2": "Z1WCIGYICN2BYD",
    "ap-southeast-3": "Z01846753K324LI26A3VV",
    "ap-southeast-4": "Z0312387243XT5FE14WFO",
    "ap-southeast-5": "Z08660063OXLMA7F1FJHU",
    "ca-central-1": "Z1QDHH18159H29",
    "ca-west-1": "Z03565811Z33SLEZTHOUL",
    "cn-north-1": "Z5CN8UMXT92WN",
    "cn-northwest-1": "Z282HJ1KT0DH03",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-central-2": "Z030506016YDQGETNASS",
    "eu-north-1": "Z3BAZG2TWCNX0D",
    "eu-south-1": "Z30OZKI7KPW7MI",
    "eu-south-2": "Z0081959F7139GRJC19J",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-west-2": "Z3GKZC51ZF0DB4",
    "eu-west-3": "Z3R1K369G5AVDG",
    "il-central-1": "Z09640613K4A3MN55U7GU",
    "me-central-1": "Z06143092I8HRXZRUZROF",
    "me-south-1": "Z1MPMWCPA7YB62",
    "sa-east-1": "Z7KQH4QJS55SO",
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-gov-east-1": "Z2NIFVYYW2VKV1",
    "us-gov-west-1": "Z31GFT0UA1I2HV",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
}
"""Route 53's zone of S3's website endpoints, by region; no API tells it.
docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints, as of November 2026."""


class Buckets(TableDriver):
    """S3 buckets."""

    def planned(self, old: Object | None, new: Properties) -> Properties:
        """The outputs as far as they are known before the step."""
        return {**super().planned(old, new), ZONE: WEBSITE_ZONES.get(self.region(new), "")}

    def create(self, new: Properties) -> Object:
        """Make the bucket, unless it is there already: then it is someone else's, though in our account."""
        region = self.region(new)
        if region == OLDEST_REGION:
            self._refuse_if_there(new)
            return _with_zone(super().create(new))
        where = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        located = replace(self.spec, create=replace(self.spec.create, send=where))
        return _with_zone(TableDriver(located, self.scope).create(new))

    def find(self, new: Properties, known: Sequence[str]) -> Sequence[str]:
        """The bucket of that name, if it has our tags, or is as new: without any tags, and empty."""
        name = new.get("bucket")
        if name in known or not isinstance(name, str):
            return []
        present = self.read(Identity(name))
        if present is None:
            return []
        tags: Properties = present.outputs[ALL_TAGS]
        wanted: Properties = new.get(ALL_TAGS) or {}
        ours = tags.items() >= wanted.items() if tags else self._is_empty(present)
        return [name] if ours else []

    def read(self, identity: Identity) -> Object | None:
        """The bucket as it is now, or None if it is gone."""
        found = super().read(identity)
        return _with_zone(found) if found else None

    def read_all(self, identities: Sequence[Identity]) -> Mapping[str, Object | None]:
        """The same for many: one list of all buckets, and two calls for each."""
        found = super().read_all(identities)
        return {id: _with_zone(bucket) if bucket else None for id, bucket in found.items()}  # noqa: A001

    def update(self, old: Object, new: Properties) -> Object:
        """Set the tags; nothing else of a bucket can be changed."""
        before: Properties = old.inputs.get(ALL_TAGS) or {}
        after: Properties = new.get(ALL_TAGS) or {}
        if before != after:
            self._set_tags(old, before, after)
        return _with_zone(self.settled(self.target(new, old), new))

    def delete(self, old: Object) -> None:
        """Remove the bucket; with `forceDestroy` everything in it first."""
        try:
            super().delete(old)
        except Refused as refusal:
            if refusal.code != "BucketNotEmpty":
                raise
            self._refuse_or_empty(old, refusal)
            super().delete(old)

    def _refuse_if_there(self, new: Properties) -> None:
        name = new["bucket"]
        try:
            self._call(new, "head_bucket", {"Bucket": name})
        except Refused as refusal:
            # 403 is a bucket of another account, about which create has the better words.
            if refusal.code in ("404", "NoSuchBucket", "403"):
                return
            raise
        raise Refused(
            f"the bucket {name} exists already in this account; import it, or choose another name",
            code="BucketAlreadyOwnedByYou",
        )

    def _is_empty(self, bucket: Object) -> bool:
        page = self._call(bucket.outputs, "list_object_versions", {"Bucket": bucket.id, "MaxKeys": 1})
        return not any(_entries(page))

    def _set_tags(self, old: Object, before: Properties, after: Properties) -> None:
        """Put the tags that are there, less those given up, plus the wanted ones: S3 takes all at once."""
        target = self.target(old.inputs, old)
        present: Properties = {
            pair["Key"]: pair["Value"] for pair in run(self.spec.also["tags"], target) or ()
        }
        staying = {key: text for key, text in present.items() if key not in before}
        rows = self.spec.tags
        assert rows
        if staying or after:
            run(rows.add, target, {rows.add_as: rows.codec.encode({**staying, **after})})
        else:
            run(rows.remove, target)

    def _refuse_or_empty(self, bucket: Object, refusal: Refused) -> None:
        if not bucket.inputs.get("forceDestroy"):
            raise Refused(
                f"the bucket {bucket.id} still holds objects or old versions of them, and `forceDestroy` is"
                " not set: set it and apply, or empty the bucket, then try again",
                code=refusal.code,
            ) from refusal
        while entries := list(
            _entries(self._call(bucket.outputs, "list_object_versions", {"Bucket": bucket.id}))
        ):
            self._remove(bucket, entries)

    def _remove(self, bucket: Object, entries: list[dict[str, str]]) -> None:
        """Remove up to 1,000 versions for good, locked ones too where their lock lets an administrator."""
        send: dict[str, Any] = {"Bucket": bucket.id, "Delete": {"Objects": entries, "Quiet": True}}
        if bucket.outputs.get("objectLockEnabled"):
            send["BypassGovernanceRetention"] = True
        for failed in self._call(bucket.outputs, "delete_objects", send).get("Errors") or ():
            raise Refused(
                f"the object {failed.get('Key')} in the bucket {bucket.id} cannot be removed:"
                f" {failed.get('Message')} ({failed.get('Code')})",
                code=failed.get("Code", ""),
            )

    def _call(self, props: Properties, op: str, send: Mapping[str, Any]) -> Any:
        return self.scope.call("s3", op, send, region=self.region(props))


def _with_zone(bucket: Object) -> Object:
    region = bucket.outputs.get("region", UNKNOWN)
    return replace(bucket, outputs={**bucket.outputs, ZONE: WEBSITE_ZONES.get(region, "")})


def _entries(page: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What a page of `list_object_versions` names, old versions and delete markers too."""
    for kind in ("Versions", "DeleteMarkers"):
        for entry in page.get(kind) or ():
            yield {"Key": entry["Key"], "VersionId": entry["VersionId"]}

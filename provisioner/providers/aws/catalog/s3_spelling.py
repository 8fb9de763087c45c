"""How S3 spells versioning, encryption and rules; what it answers on its own counts as not said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from provisioner.providers.aws.codecs import PASCAL, TAG_PAIRS, structure
from provisioner.providers.aws.spec import Codec


def _silent(value: Any) -> bool:
    """Whether the value says the same as leaving the setting out; nought is a number of days."""
    return value is None or value is False or value in ("", {}, [])


def said(value: Any) -> Any:
    """The value without the parts that say nothing: empty texts, false, nought, empty structures."""
    match value:
        case dict():
            items = ((key, said(item)) for key, item in cast("dict[str, Any]", value).items())
            return {key: item for key, item in items if not _silent(item)}
        case list():
            return [said(item) for item in cast("list[Any]", value)]
        case _:
            return value


def _versioning(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": answer.get("Status", "")}


TAG_SET = Codec(encode=lambda tags: {"TagSet": TAG_PAIRS.encode(tags)}, decode=TAG_PAIRS.decode)
"""A bucket's tags as they are set; they are answered as the bare list."""

VERSIONING = Codec(
    encode=lambda configuration: {"Status": configuration["status"]},
    decode=_versioning,
    canonical=lambda configuration: {"status": configuration.get("status", "")},
)

_BY_DEFAULT = structure({"sseAlgorithm": "SSEAlgorithm", "kmsMasterKeyId": "KMSMasterKeyID"})


def _part(whole: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The structure of this name, empty if there is none."""
    return whole.get(name) or {}


def _encryption_sent(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ApplyServerSideEncryptionByDefault": _BY_DEFAULT.encode(
            said(_part(rule, "applyServerSideEncryptionByDefault"))
        ),
        "BucketKeyEnabled": bool(rule.get("bucketKeyEnabled")),
    }


def _encryption(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "applyServerSideEncryptionByDefault": _BY_DEFAULT.decode(
            _part(answer, "ApplyServerSideEncryptionByDefault")
        ),
        "bucketKeyEnabled": bool(answer.get("BucketKeyEnabled")),
    }


ENCRYPTION_RULES = Codec(
    encode=lambda rules: [_encryption_sent(rule) for rule in rules],
    decode=lambda answer: [_encryption(rule) for rule in answer or ()],
    canonical=said,
)


def _rule_sent(rule: Mapping[str, Any]) -> dict[str, Any]:
    sent: dict[str, Any] = PASCAL.encode(
        said({key: rule[key] for key in rule if key not in ("id", "filter")})
    )
    sent["ID"] = rule["id"]
    if "Prefix" not in sent:
        sent["Filter"] = _filter_sent(_part(rule, "filter"))
    return sent


def _filter_sent(wanted: Mapping[str, Any]) -> dict[str, Any]:
    both = _part(wanted, "and")
    sent: dict[str, Any] = PASCAL.encode(said({key: wanted[key] for key in wanted if key != "and"}))
    if both:
        sent["And"] = PASCAL.encode(said({key: both[key] for key in both if key != "tags"}))
        if both.get("tags"):
            sent["And"]["Tags"] = TAG_PAIRS.encode(both["tags"])
    return sent


def _rule(answer: Mapping[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = PASCAL.decode({key: answer[key] for key in answer if key not in ("ID", "Filter")})
    rule["id"] = answer.get("ID", "")
    if "Filter" in answer:
        rule["filter"] = _filter(answer["Filter"]) or {"prefix": ""}
    return rule


def _filter(answer: Mapping[str, Any]) -> dict[str, Any]:
    both = _part(answer, "And")
    wanted: dict[str, Any] = PASCAL.decode({key: answer[key] for key in answer if key != "And"})
    if both:
        wanted["and"] = PASCAL.decode({key: both[key] for key in both if key != "Tags"})
        if both.get("Tags"):
            wanted["and"]["tags"] = {tag["Key"]: tag["Value"] for tag in both["Tags"]}
    return wanted


def _in_order(rules: Iterable[Mapping[str, Any]]) -> Any:
    return sorted(said([dict(rule) for rule in rules]), key=lambda rule: str(rule.get("id", "")))


LIFECYCLE_RULES = Codec(
    encode=lambda rules: [_rule_sent(rule) for rule in rules],
    decode=lambda answer: [_rule(rule) for rule in answer or ()],
    canonical=_in_order,
)


def _replication_sent(rule: Mapping[str, Any]) -> dict[str, Any]:
    sent: dict[str, Any] = PASCAL.encode(
        said({key: rule[key] for key in rule if key not in ("id", "filter")})
    )
    sent["ID"] = rule["id"]
    if key := _part(_part(sent, "Destination"), "EncryptionConfiguration").pop("ReplicaKmsKeyId", None):
        sent["Destination"]["EncryptionConfiguration"]["ReplicaKmsKeyID"] = key
    if "filter" in rule:
        sent["Filter"] = _filter_sent(_part(rule, "filter")) or {"Prefix": ""}
    return sent


def _replication(answer: Mapping[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = PASCAL.decode({key: answer[key] for key in answer if key not in ("ID", "Filter")})
    rule["id"] = answer.get("ID", "")
    if key := _part(_part(rule, "destination"), "encryptionConfiguration").pop("replicaKmsKeyID", None):
        rule["destination"]["encryptionConfiguration"]["replicaKmsKeyId"] = key
    if "Filter" in answer:
        rule["filter"] = _filter(answer["Filter"]) or {"prefix": ""}
    return rule


REPLICATION_RULES = Codec(
    encode=lambda rules: [_replication_sent(rule) for rule in rules],
    decode=lambda answer: [_replication(rule) for rule in answer or ()],
    canonical=_in_order,
)

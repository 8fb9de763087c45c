"""What the local cloud does not do, and why: the one place that says it.

A limit is here if somebody could take the local cloud's answer for AWS's. Services that nothing of ours uses
are not listed: they are moto's.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Limit(NamedTuple):
    """One thing that is not as with AWS."""

    service: str
    what: str
    why: str


LIMITS: Final = (
    Limit(
        "all",
        "nothing runs: no instances of a pool, no Kubernetes, no DNS, no database",
        "it is a model of the API",
    ),
    Limit(
        "all",
        "everything is ready at once; only the answer to a creation, change or deletion says otherwise",
        "waiting would test nothing but patience; callers that do not wait are found by the answers",
    ),
    Limit(
        "all",
        "no quotas, no throttling, no eventual consistency",
        "they are chance; the engine's tests have them",
    ),
    Limit(
        "all", "IAM policies are kept and not enforced", "moto's enforcement knows a part of the actions only"
    ),
    Limit(
        "eks", "roles, principals and keys need not exist", "environments name roles that somebody else made"
    ),
    Limit(
        "eks",
        "any add-on version of the right form is taken, and any JSON or YAML object as its settings",
        "AWS's catalogue changes weekly",
    ),
    Limit(
        "eks",
        "no Auto Scaling group and no network interfaces of the control plane stand behind a cluster",
        "their names are told; nothing of ours reads them",
    ),
    Limit(
        "eks",
        "no identity provider configs, capabilities, insights, certificate authorities, Anywhere, "
        "connector, cancelled updates or rollback of a version",
        "nothing of ours uses them",
    ),
    Limit("eks", "node groups are as healthy as they can be", "faults are the engine's tests' business"),
    Limit(
        "ec2",
        "a capacity block is not sold, and a reservation or placement group is never full or in use",
        "there are no instances; ids of capacity blocks are taken as they are",
    ),
    Limit(
        "ec2", "no sharing of placement groups and reservations between accounts", "nothing of ours uses it"
    ),
    Limit("ec2", "there are no machine images", "an image is named by its id, which nobody looks up"),
    Limit(
        "ec2", "the block on public access holds nothing back, and knows no exclusions", "nothing is routed"
    ),
    Limit("ec2", "a deleted peering connection stays visible for good", "AWS forgets it after hours"),
    Limit(
        "ecr", "nothing is pulled through, replicated or made from a template", "the registry has no images"
    ),
    Limit("ecr", "the secret with an upstream's credentials is not read", "there is nothing to log in to"),
    Limit("efs", "the policy of a file system holds nobody back", "nothing can be mounted"),
    Limit("efs", "no file can be written, and no replication configuration", "nothing of ours uses it"),
    Limit("iam", "an OIDC provider's thumbprint is made up if none is given", "there is no server to ask"),
    Limit(
        "kms", "Encrypt and Decrypt fail with multi-region keys", "moto cuts their ids off in the ciphertext"
    ),
    Limit("kms", "keys that wait for deletion wait for good", "a week is longer than a local cloud lives"),
    Limit(
        "rds", "changes are made at once, whatever ApplyImmediately says", "there is no maintenance window"
    ),
    Limit(
        "rds", "parameters of the engine itself are not told, only those that were set", "they are hundreds"
    ),
    Limit("rds", "minor versions of Postgres are a table of the local cloud's", "AWS's changes monthly"),
    Limit("route53", "health checks check nothing, and failover does not happen", "nothing answers"),
    Limit(
        "route53",
        "no traffic policies, CIDR routing, geoproximity or authorizations for other accounts",
        "nothing of ours uses them",
    ),
    Limit(
        "route53resolver",
        "a DNS firewall blocks nothing; no managed lists, threat protection, sharing or query types",
        "nobody asks for names",
    ),
    Limit(
        "s3",
        "statements with conditions in the policy of a bucket hold nobody back",
        "moto cannot tell whether a condition is met",
    ),
    Limit("sqs", "nothing happens of which EventBridge would tell a queue", "there are no machines"),
    Limit("s3", "objects are not copied by replication", "it would take a worker that nobody could wait for"),
)
"""One line a limit, by service."""

"""The token by which an EKS cluster knows its caller: a signed question to STS that the cluster asks for us.

The form is that of `aws eks get-token` (aws-cli, `awscli/customizations/eks/get_token.py`) and of
aws-iam-authenticator: a presigned `GetCallerIdentity` whose signature covers the cluster's name.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, Final

from provisioner.providers.aws.session import Clients, Connection
from provisioner.providers.interface import NO_CREDENTIALS, Refused

PREFIX: Final = "k8s-aws-v1."
CLUSTER_HEADER: Final = "x-k8s-aws-id"

ENDPOINT: Final = "https://sts.{region}.amazonaws.com"

SIGNED_FOR: Final = 60
"""Seconds the URL says it is good for; the cluster takes it for 15 minutes all the same."""

LASTS: Final = timedelta(minutes=14)
"""How long a client may keep the token: a minute less than the cluster accepts it."""


@dataclass(frozen=True, slots=True)
class ClusterToken:
    """A bearer token, and until when it can be used."""

    token: str = field(repr=False)
    expires: datetime


def cluster_token(
    connection: Connection, region: str, cluster: str, now: datetime | None = None
) -> ClusterToken:
    """A token for the cluster of that name. Calls AWS only if a role has to be taken on. Raises `Refused`."""
    # A cluster asks only AWS's own addresses, whatever endpoint is set for other calls.
    at_aws = replace(connection, endpoint=ENDPOINT.format(region=region))
    client = Clients(at_aws).client("sts", region)
    client.meta.events.register("before-sign.sts.GetCallerIdentity", _naming(cluster))
    errors: Any = import_module("botocore.exceptions")
    try:
        url: str = client.generate_presigned_url("get_caller_identity", ExpiresIn=SIGNED_FOR)
    except errors.ClientError as refused:
        said = refused.response["Error"]
        raise Refused(said.get("Message", ""), code=said.get("Code", "")) from refused
    except errors.BotoCoreError as failed:
        raise Refused(str(failed), code=NO_CREDENTIALS) from failed
    encoded = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
    return ClusterToken(PREFIX + encoded, (now or datetime.now(UTC)) + LASTS)


def _naming(cluster: str) -> Any:
    def name(request: Any, **_: Any) -> None:
        request.headers[CLUSTER_HEADER] = cluster

    return name

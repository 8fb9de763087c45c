"""IAM: audiences and thumbprints of OpenID Connect providers; roles and policies as they are at once."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from moto.core.models import DEFAULT_ACCOUNT_ID  # pyright: ignore[reportMissingTypeStubs]
from moto.iam import models  # pyright: ignore[reportMissingTypeStubs]

from provisioner.local.operation import Answer, Call, Correction, Operation, Refusal

MOST_CLIENTS: Final = 100


def create_open_id_connect_provider(call: Call) -> Answer:
    """A new provider; one for each address. Without thumbprints it gets one, here a made-up one."""
    url = call["Url"]
    made_up = [hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()]
    provider = call.backend.create_open_id_connect_provider(
        url,
        list(call.get("ThumbprintList") or made_up),
        call.parts("ClientIDList"),
        call.parts("Tags"),
    )
    return {"OpenIDConnectProviderArn": provider.arn, "Tags": provider.tag_list_type}


def add_client_id_to_open_id_connect_provider(call: Call) -> Answer:
    """Nothing; the provider has this audience, too."""
    provider = _provider(call)
    if call["ClientID"] not in provider.client_id_list:
        if len(provider.client_id_list) >= MOST_CLIENTS:
            text = f"Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {MOST_CLIENTS}"
            raise Refusal("LimitExceeded", text)
        provider.client_id_list = [*provider.client_id_list, call["ClientID"]]
    return {}


def remove_client_id_from_open_id_connect_provider(call: Call) -> Answer:
    """Nothing; the provider does not have this audience any more."""
    provider = _provider(call)
    provider.client_id_list = [client for client in provider.client_id_list if client != call["ClientID"]]
    return {}


def delete_open_id_connect_provider(call: Call) -> Answer:
    """Nothing; the provider is gone."""
    call.backend.delete_open_id_connect_provider(_provider(call).arn)
    return {}


def _provider(call: Call) -> Any:
    arn = call["OpenIDConnectProviderArn"]
    found = call.backend.open_id_providers.get(arn)
    if found is None:
        raise Refusal("NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}")
    return found


OPERATIONS: Final[tuple[Operation, ...]] = (
    create_open_id_connect_provider,
    add_client_id_to_open_id_connect_provider,
    remove_client_id_from_open_id_connect_provider,
    delete_open_id_connect_provider,
)


def roles(backend: Any) -> list[Any]:
    """All roles at this moment: moto would look through them while another request makes one, and break."""
    return list(backend.roles.values())


class _AtOnce(dict[str, Any]):
    """Is looked through as it is at this moment."""

    def values(self) -> list[Any]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return list(super().values())


def policies(backend: Any) -> dict[str, Any]:
    """The managed policies of a new account: those, too, moto looks through while others come and go."""
    return _AtOnce({policy.arn: policy for policy in backend.aws_managed_policies})


def account_of(access_key: str) -> str:
    """Whose key it is; moto would look into every partition, and load AWS's policies of each for that."""
    for account, partitions in list(models.iam_backends.items()):
        if any(access_key in backend.access_keys for backend in list(partitions.values())):
            return account
    return DEFAULT_ACCOUNT_ID


CORRECTIONS: Final[tuple[Correction, ...]] = (
    (models.IAMBackend, "get_roles", roles),
    (models.IAMBackend, "_init_managed_policies", policies),
    (models, "get_account_id_from", account_of),
)

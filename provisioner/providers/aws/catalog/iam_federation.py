"""Identity and Access Management: who is trusted to say who somebody is."""

from __future__ import annotations

from provisioner.providers.aws.codecs import SET, TAG_PAIRS
from provisioner.providers.aws.spec import (
    ID,
    REPLACE,
    Codec,
    Field,
    Listed,
    Members,
    Op,
    ResourceSpec,
    Tags,
    Text,
)

_THIS = {"OpenIDConnectProviderArn": ID}


_URL = Codec(encode=lambda url: f"https://{url}", decode=lambda url: url.removeprefix("https://"))
"""An address without its scheme, as IAM answers it; `special/oidc_provider.py` takes it off."""

_CLIENTS = Codec(
    # A call of its own for each when they change; create takes them all.
    encode=lambda clients: clients,
    decode=SET.decode,
    canonical=SET.canonical,
)

OPEN_ID_CONNECT_PROVIDER = ResourceSpec(
    type="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    service="iam",
    regional=False,
    id="OpenIDConnectProviderArn",
    create=Op("create_open_id_connect_provider"),
    read=Op("get_open_id_connect_provider", _THIS),
    delete=Op("delete_open_id_connect_provider", _THIS),
    absent=("NoSuchEntity",),
    find=Listed(
        Op("list_open_id_connect_providers", answer="OpenIDConnectProviderList[].Arn"),
    ),
    fields=(
        Field("url", "Url", REPLACE, _URL, required=True),
        Field(
            "clientIdLists",
            "ClientIDList",
            Members(
                add=Op("add_client_id_to_open_id_connect_provider", _THIS),
                remove=Op("remove_client_id_from_open_id_connect_provider", _THIS),
                add_as="ClientID",
                remove_as="ClientID",
                singly=True,
            ),
            _CLIENTS,
            required=True,
        ),
        Field(
            "thumbprintLists",
            "ThumbprintList",
            Op("update_open_id_connect_provider_thumbprint", _THIS),
            computed=True,
        ),
    ),
    tags=Tags(
        read="Tags",
        codec=TAG_PAIRS,
        add=Op("tag_open_id_connect_provider", _THIS),
        add_as="Tags",
        remove=Op("untag_open_id_connect_provider", _THIS),
        remove_as="TagKeys",
        create_as="Tags",
    ),
    unique=("url",),
    outputs={"arn": Text("{id}")},
)

SPECS = (OPEN_ID_CONNECT_PROVIDER,)

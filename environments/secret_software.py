"""Rows of the software book that bring secrets of a Vault into clusters: one or the other of two.

As of the book's day, and from its sources.
"""

from __future__ import annotations

from typing import Final

from environments.software import MIRROR, Pin, Software

_OPERATOR: Final = "docker.io/hashicorp/vault-secrets-operator:1.4.1"
_PROXY: Final = "quay.io/brancz/kube-rbac-proxy:v0.18.1"
_EXTERNAL: Final = "ghcr.io/external-secrets/external-secrets:v2.9.0"

_VAULT_OPERATOR: Final = Software(
    name="vault-secrets-operator",
    repository="https://helm.releases.hashicorp.com",
    chart="vault-secrets-operator",
    version="1.4.1",
    app_version="1.4.1",
    namespace="vault-secrets-operator-system",
    images=(_OPERATOR, _PROXY),
    kinds=tuple(
        f"secrets.hashicorp.com/{kind}"
        for kind in (
            "CSISecrets",
            "HCPAuth",
            "HCPVaultSecretsApp",
            "SecretTransformation",
            "VaultAuth",
            "VaultAuthGlobal",
            "VaultConnection",
            "VaultDynamicSecret",
            "VaultPKISecret",
            "VaultStaticSecret",
        )
    ),
    replaces=("vault-agent-injector", "vault-csi-provider"),
    mirrored={
        "controller.manager.image.repository": f"{MIRROR}/docker.io/hashicorp/vault-secrets-operator",
        "controller.manager.image.tag": "1.4.1",
        "controller.kubeRbacProxy.image.repository": f"{MIRROR}/quay.io/brancz/kube-rbac-proxy",
        "controller.kubeRbacProxy.image.tag": "v0.18.1",
    },
    pinned={
        "controller.manager.image.tag": Pin(_OPERATOR, "tag"),
        "controller.kubeRbacProxy.image.tag": Pin(_PROXY, "tag"),
    },
    source="hashicorp/vault-secrets-operator v1.4.1",
)

_PARTS: Final = ("image", "webhook.image", "certController.image")
"""Where External Secrets' chart is told of its image: it starts the same one three times."""

_EXTERNAL_SECRETS: Final = Software(
    name="external-secrets",
    repository="https://charts.external-secrets.io",
    chart="external-secrets",
    version="2.9.0",
    app_version="v2.9.0",
    namespace="external-secrets",
    images=(_EXTERNAL,),
    kinds=(
        *(
            f"external-secrets.io/{kind}"
            for kind in (
                "ClusterExternalSecret",
                "ClusterPushSecret",
                "ClusterSecretStore",
                "ExternalSecret",
                "PushSecret",
                "SecretStore",
            )
        ),
        *(
            f"generators.external-secrets.io/{kind}"
            for kind in ("ClusterGenerator", "Password", "UUID", "VaultDynamicSecret", "Webhook")
        ),
    ),
    replaces=("kubernetes-external-secrets",),
    mirrored={
        f"{part}.{name}": value
        for part in _PARTS
        for name, value in (
            ("repository", f"{MIRROR}/ghcr.io/external-secrets/external-secrets"),
            ("tag", "v2.9.0"),
        )
    },
    pinned={f"{part}.tag": Pin(_EXTERNAL, "tag") for part in _PARTS},
    source="external-secrets/external-secrets v2.9.0; of its generators those that ask nobody outside",
)

SECRET_SOFTWARE: Final = (_VAULT_OPERATOR, _EXTERNAL_SECRETS)
"""By which Kubernetes' secrets are made of those in a Vault."""

"""The cases of a private certificate authority: roots, intermediates, and who gets which certificate."""

import pulumi_vault as vault

from tests.integration.vault.case import Case
from tests.integration.vault.stands import mounted, with_request, with_root, with_signed

PKI = (
    Case(
        vault.pkisecret.SecretBackendRootCert,
        mounted("pki"),
        lambda prefix, _: {
            "backend": prefix,
            "type": "internal",
            "common_name": "Root",
            "key_type": "ec",
            "key_bits": 256,
            "ttl": "720h",
        },
        replaced={"common_name": "Another root"},
        id="no",
    ),
    Case(
        vault.pkisecret.SecretBackendIntermediateCertRequest,
        mounted("pki"),
        lambda prefix, _: {
            "backend": prefix,
            "type": "internal",
            "common_name": "Issuing",
            "key_type": "ec",
            "key_bits": 256,
        },
        replaced={"common_name": "Issuing more"},
        id="no",
    ),
    Case(
        vault.pkisecret.SecretBackendRootSignIntermediate,
        with_request,
        lambda prefix, known: {
            "backend": prefix,
            "csr": known["csr"],
            "common_name": "Issuing",
            "ttl": "4380h",
        },
        replaced={"common_name": "Issuing more"},
        id="no",
    ),
    Case(
        vault.pkisecret.SecretBackendIntermediateSetSigned,
        with_signed,
        lambda prefix, known: {"backend": f"{prefix}-issuing", "certificate": known["certificate"]},
        id="no",
    ),
    Case(
        vault.pkisecret.SecretBackendRole,
        with_root,
        lambda prefix, _: {
            "backend": prefix,
            "name": "servers",
            "allowed_domains": ["ml.example"],
            "allow_subdomains": True,
            "key_type": "ec",
            "key_bits": 256,
            "max_ttl": "259200",
        },
        "{prefix}/roles/servers",
        updated={"max_ttl": "3600"},
        replaced={"name": "clients"},
        id="{prefix}/roles/servers",
    ),
    Case(
        vault.pkisecret.SecretBackendConfigUrls,
        with_root,
        lambda prefix, _: {"backend": prefix, "issuing_certificates": ["https://vault.example/v1/pki/ca"]},
        updated={"crl_distribution_points": ["https://vault.example/v1/pki/crl"]},
        id="{prefix}/config/urls",
    ),
    Case(
        vault.pkisecret.SecretBackendConfigIssuers,
        with_root,
        lambda prefix, known: {
            "backend": prefix,
            "default": known["issuer"],
            "default_follows_latest_issuer": False,
        },
        updated={"default_follows_latest_issuer": True},
        id="{prefix}/config/issuers",
    ),
    Case(
        vault.pkisecret.SecretBackendCrlConfig,
        with_root,
        lambda prefix, _: {"backend": prefix, "expiry": "48h", "auto_rebuild": True},
        updated={"expiry": "24h", "enable_delta": True},
        id="no",
    ),
    Case(
        vault.pkisecret.SecretBackendIssuer,
        with_root,
        lambda prefix, known: {"backend": prefix, "issuer_ref": known["issuer"], "issuer_name": "root-2026"},
        updated={"issuer_name": "root-of-2026", "leaf_not_after_behavior": "truncate"},
        id="{prefix}/issuer/{issuer}",
    ),
)

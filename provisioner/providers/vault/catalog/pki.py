"""The PKI secrets engine: a root, an intermediate that the root signs, and what each may issue."""

from __future__ import annotations

from typing import Final

from provisioner.providers.vault.codecs import COMMAS, DURATION, LINES, LIST, SET
from provisioner.providers.vault.spec import (
    LOCAL,
    ONCE,
    REPLACE,
    Call,
    Field,
    Name,
    ResourceSpec,
    Text,
    alike,
)

_FORMATS: Final = "the certificate is PEM here, and its key does not leave Vault in a container"

_PKCS: Final = dict.fromkeys(
    ["jksPassword", "jksPrivateKeyAlias", "pkcs12Encoder", "pkcs12Password"], _FORMATS
)
_NAMES: Final = alike(
    *("altNames", "ipSans", "uriSans", "otherSans"), on_change=REPLACE, codec=COMMAS, read=None
)
_SUBJECT: Final = alike(
    *("country", "locality", "organization", "ou", "postalCode", "province", "streetAddress"),
    on_change=REPLACE,
    read=None,
)
_CONSTRAINTS: Final = alike(
    *("permittedDnsDomains", "excludedDnsDomains", "permittedIpRanges", "excludedIpRanges"),
    *("permittedEmailAddresses", "excludedEmailAddresses", "permittedUriDomains", "excludedUriDomains"),
    on_change=REPLACE,
    codec=COMMAS,
    read=None,
)
_KEY: Final = (
    Field("format", REPLACE, default="pem", read=None),
    Field("privateKeyFormat", REPLACE, default="der", read=None),
    Field("keyType", REPLACE, default="rsa", read=None),
    Field("keyBits", REPLACE, default=2048, read=None),
    Field("keyName", REPLACE, computed=True, read=None),
    Field("keyRef", REPLACE, computed=True, read=None),
    Field("managedKeyId", REPLACE, read=None),
    Field("managedKeyName", REPLACE, read=None),
    Field("parameterSet", REPLACE, read=None),
)
_SIGNATURE: Final = (
    Field("signatureBits", REPLACE, computed=True, read=None),
    Field("usePss", REPLACE, read=None),
    Field("keyUsages", REPLACE, LIST, api="key_usage", read=None),
    Field("excludeCnFromSans", REPLACE, read=None),
)

ROOT: Final = ResourceSpec(
    type="vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert",
    id=Text("{backend}/issuer/{issuerId}"),
    create=Call("{backend}/issuers/generate/root/{type}", repeatable=False),
    read=Call("{id}", "GET"),
    delete=Call("{id}", "DELETE"),
    absent=("unable to find PKI issuer",),
    fields=(
        Field("backend", REPLACE, required=True, read=None),
        Field("type", REPLACE, required=True, read=None),
        Field("commonName", REPLACE, required=True, read=None),
        *_NAMES,
        *_SUBJECT,
        *_CONSTRAINTS,
        *_KEY,
        *_SIGNATURE,
        Field("maxPathLength", REPLACE, default=-1, read=None),
        Field("notBeforeDuration", REPLACE, DURATION, read=None),
        Field("issuerName", REPLACE, computed=True),
        # A root that is there is what others trust: it is not made anew because the next is to last longer.
        Field("ttl", ONCE, DURATION, read=None),
        Field("notAfter", ONCE, read=None),
    ),
    outputs={
        "certificate": "certificate",
        "issuingCa": "issuing_ca",
        "serialNumber": "serial_number",
        "issuerId": "issuer_id",
        "keyId": "key_id",
    },
    unsupported=_PKCS,
    unique=("backend", "issuerName"),
)

REQUEST: Final = ResourceSpec(
    type="vault:pkiSecret/secretBackendIntermediateCertRequest:SecretBackendIntermediateCertRequest",
    id=Text("{backend}/issuers/generate/intermediate/{type}/{keyId}"),
    create=Call("{backend}/issuers/generate/intermediate/{type}", repeatable=False),
    read=None,
    delete=None,
    fields=(
        Field("backend", REPLACE, required=True, read=None),
        Field("type", REPLACE, required=True, read=None),
        Field("commonName", REPLACE, required=True, read=None),
        *_NAMES,
        *_SUBJECT,
        *_KEY,
        Field("signatureBits", REPLACE, read=None),
        Field("keyUsages", REPLACE, COMMAS, api="key_usage", read=None),
        Field("excludeCnFromSans", REPLACE, read=None),
        Field("serialNumber", REPLACE, read=None),
        Field("addBasicConstraints", REPLACE, default=False, read=None),
    ),
    outputs={
        "csr": "csr",
        "keyId": "key_id",
        "privateKey": "private_key",
        "privateKeyType": "private_key_type",
    },
)

SIGNED: Final = ResourceSpec(
    type="vault:pkiSecret/secretBackendRootSignIntermediate:SecretBackendRootSignIntermediate",
    id=Text("{backend}/{commonName}"),
    create=Call("{backend}/root/sign-intermediate", repeatable=False),
    read=None,
    delete=Call("{backend}/revoke", sends={"serial_number": "{serialNumber}"}),
    fields=(
        Field("backend", REPLACE, required=True, read=None),
        Field("csr", REPLACE, LINES, required=True, read=None),
        Field("commonName", REPLACE, required=True, read=None),
        *_NAMES,
        *_SUBJECT,
        *_CONSTRAINTS,
        *_SIGNATURE,
        Field("format", REPLACE, default="pem", read=None),
        Field("maxPathLength", REPLACE, default=-1, read=None),
        Field("useCsrValues", REPLACE, default=False, read=None),
        Field("skid", REPLACE, read=None),
        Field("notBeforeDuration", REPLACE, DURATION, read=None),
        # The request is signed again for it: the key stays, and nobody trusts this certificate by itself.
        Field("ttl", REPLACE, DURATION, read=None),
        Field("notAfter", REPLACE, read=None),
        Field("issuerRef", REPLACE, read=None),
        Field("revoke", LOCAL, default=False),
    ),
    outputs={
        "certificate": "certificate",
        "certificateBundle": "bundle",
        "caChains": "ca_chain",
        "issuingCa": "issuing_ca",
        "serialNumber": "serial_number",
    },
    unsupported={name: reason for name, reason in _PKCS.items() if name != "jksPrivateKeyAlias"},
    unique=("certificate",),
)

IMPORTED: Final = ResourceSpec(
    type="vault:pkiSecret/secretBackendIntermediateSetSigned:SecretBackendIntermediateSetSigned",
    id=Text("{backend}/intermediate/set-signed/{mark}"),
    create=Call("{backend}/intermediate/set-signed"),
    read=None,
    delete=None,
    fields=(
        Field("backend", REPLACE, required=True, read=None),
        Field("certificate", REPLACE, LINES, required=True, read=None),
    ),
    outputs={"importedIssuers": "imported_issuers", "importedKeys": "imported_keys"},
    unique=("id",),
)

_LISTS: Final = (
    ("allowedDomains", "allowed_domains"),
    ("allowedOtherSans", "allowed_other_sans"),
    ("allowedSerialNumbers", "allowed_serial_numbers"),
    ("allowedUriSans", "allowed_uri_sans"),
    ("allowedUserIds", "allowed_user_ids"),
    ("countries", "country"),
    ("extKeyUsages", "ext_key_usage"),
    ("extKeyUsageOids", "ext_key_usage_oids"),
    ("localities", "locality"),
    ("organizations", "organization"),
    ("organizationUnit", "ou"),
    ("policyIdentifiers", "policy_identifiers"),
    ("postalCodes", "postal_code"),
    ("provinces", "province"),
    ("streetAddresses", "street_address"),
)
_ALLOWED: Final = (
    *("allowAnyName", "allowBareDomains", "allowGlobDomains", "allowSubdomains", "allowedDomainsTemplate"),
    *("basicConstraintsValidForNonCa", "codeSigningFlag", "emailProtectionFlag", "generateLease", "noStore"),
)
_ON: Final = (
    *("allowIpSans", "allowLocalhost", "allowWildcardCertificates", "clientFlag", "enforceHostnames"),
    *("requireCn", "serverFlag", "useCsrCommonName", "useCsrSans"),
)
_ROLE: Final = "{backend}/roles/{name}"

ROLE: Final = ResourceSpec(
    type="vault:pkiSecret/secretBackendRole:SecretBackendRole",
    id=Text(_ROLE),
    create=Call(_ROLE),
    read=Call(_ROLE, "GET"),
    delete=Call(_ROLE, "DELETE"),
    fields=(
        Field("backend", REPLACE, required=True, read=None),
        Field("name", REPLACE, read=None),
        Field("issuerRef", computed=True),
        *alike("ttl", "maxTtl", "notBeforeDuration", codec=DURATION, computed=True),
        *(Field(prop, codec=SET, api=api, reset=[]) for prop, api in _LISTS),
        Field("keyUsages", codec=SET, api="key_usage", computed=True),
        Field("cnValidations", codec=SET, computed=True),
        *alike(*_ALLOWED, default=False),
        *alike(*_ON, default=True),
        Field("keyType", default="rsa"),
        Field("keyBits", default=2048),
        *alike("signatureBits", "allowedUriSansTemplate", "serialNumberSource", computed=True),
        Field("notAfter", reset=""),
        Field("usePss", reset=False),
        Field("noStoreMetadata", reset=False, may_be_silent=True),
        Field("parameterSet", may_be_silent=True),
    ),
    name=Name(),
    unsupported={"policyIdentifier": "write `policyIdentifiers`, the list of OIDs"},
)


def _setting(type: str, path: str, *fields: Field) -> ResourceSpec:
    """A setting of a whole mount, which stays when it is ours no more."""
    return ResourceSpec(
        type=type,
        id=Text(path),
        create=Call(path),
        read=Call(path, "GET"),
        delete=None,
        fields=(Field("backend", REPLACE, required=True, read=None), *fields),
    )


URLS: Final = _setting(
    "vault:pkiSecret/secretBackendConfigUrls:SecretBackendConfigUrls",
    "{backend}/config/urls",
    *alike("issuingCertificates", "crlDistributionPoints", "ocspServers", codec=LIST, reset=[]),
    Field("enableTemplating", reset=False),
)

ISSUERS: Final = _setting(
    "vault:pkiSecret/secretBackendConfigIssuers:SecretBackendConfigIssuers",
    "{backend}/config/issuers",
    Field("default"),
    Field("defaultFollowsLatestIssuer", computed=True),
)

CRL: Final = _setting(
    "vault:pkiSecret/secretBackendCrlConfig:SecretBackendCrlConfig",
    "{backend}/config/crl",
    Field("expiry", codec=DURATION, computed=True),
    *alike("disable", "ocspDisable", "autoRebuild", "enableDelta", default=False),
    *alike("ocspExpiry", "autoRebuildGracePeriod", "deltaRebuildInterval", codec=DURATION, computed=True),
    *alike(
        "crossClusterRevocation", "unifiedCrl", "unifiedCrlOnExistingPaths", "maxCrlEntries", computed=True
    ),
)

_ISSUER: Final = "{backend}/issuer/{issuerRef}"

ISSUER: Final = ResourceSpec(
    type="vault:pkiSecret/secretBackendIssuer:SecretBackendIssuer",
    id=Text(_ISSUER),
    create=Call(_ISSUER),
    read=Call(_ISSUER, "GET"),
    delete=Call(_ISSUER, "DELETE"),
    absent=("unable to find PKI issuer",),
    fields=(
        Field("backend", REPLACE, required=True, read=None),
        Field("issuerRef", REPLACE, required=True, read=None),
        Field("issuerName", reset=""),
        *alike("leafNotAfterBehavior", "usage", "revocationSignatureAlgorithm", computed=True),
        Field("manualChains", codec=LIST, api="manual_chain", reset=[]),
        *alike("issuingCertificates", "crlDistributionPoints", "ocspServers", codec=LIST, reset=[]),
        *alike(
            *("enableAiaUrlTemplating", "disableCriticalExtensionChecks", "disableNameChecks"),
            *("disableNameConstraintChecks", "disablePathLengthChecks"),
            reset=False,
            may_be_silent=True,
        ),
    ),
    outputs={"issuerId": "issuer_id"},
    unique=("backend", "issuerName"),
)

SPECS: Final = (ROOT, REQUEST, SIGNED, IMPORTED, ROLE, URLS, ISSUERS, CRL, ISSUER)

"""The catalogue: what each rule is called, how bad a finding is and what it does, who may allow an exception.

Ids are never given to another rule. The controls that a rule answers to are those of CIS (Amazon EKS 1.8,
AWS Foundations 7.0), AWS Foundational Security Best Practices (FSBP), NIST SP 800-53 r5, Checkov (CKV), Trivy
(AWS-, KSV-), Kyverno, Gatekeeper and NSA's Kubernetes hardening guide.

Where other tools repair a value on the way (`remediate`), a finding stops the plan here: what is applied is
what was shown. The components set these values anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policies.model import Enforcement, Entry, Severity, Waivable, WhenUnknown

CRITICAL, HIGH, MEDIUM, LOW = Severity
MANDATORY, ADVISORY = Enforcement
FAIL, DEFER, REFERENCE = WhenUnknown
YES, BY_TWO, NEVER = Waivable


def _entry(  # noqa: PLR0913, PLR0917 - a row of the table
    id: str,
    name: str,
    severity: Severity,
    enforcement: Enforcement,
    unknown: WhenUnknown,
    waivable: Waivable,
    controls: str,
) -> Entry:
    return Entry(
        id=id,
        name=name,
        pack=_PACKS[id.partition("-")[0]],
        severity=severity,
        enforcement=enforcement,
        unknown=unknown,
        waivable=waivable,
        controls=tuple(each.strip() for each in controls.split(";")),
    )


_PACKS: Final = {
    "BL": "baseline",
    "AG": "airgapped",
    "MR": "multiregion",
    "GV": "governance",
    "GPU": "gpu",
    "CO": "cost",
}

_ROWS: Final = (
    _entry("BL-NET-001", "no-open-admin-ingress", CRITICAL, MANDATORY, DEFER, BY_TWO,
        "CIS-AWS7 6.2/6.3/6.4; FSBP EC2.13/14/18/19/21; CKV_AWS_24/25/277; AWS-0105/0107; NIST SC-7, "
        "AC-17"),
    _entry("BL-NET-002", "default-sg-closed-no-default-vpc", HIGH, MANDATORY, REFERENCE, YES,
        "CIS-AWS7 6.5; FSBP EC2.2; CKV2_AWS_12, CKV_AWS_148; AWS-0173/0101; NIST SC-7(5)"),
    _entry("BL-NET-003", "vpc-flow-logs", MEDIUM, MANDATORY, REFERENCE, YES,
        "CIS-AWS7 4.7; FSBP EC2.6; CKV2_AWS_11; AWS-0178; NIST AU-12, AC-4(26)"),
    _entry("BL-NET-004", "no-public-ip-on-nodes", HIGH, MANDATORY, REFERENCE, BY_TWO,
        "CIS-EKS1.8 5.4.3; FSBP EC2.9/15/25; CKV_AWS_88/100/130; AWS-0164/0009; NIST SC-7(3)"),
    _entry("BL-NET-005", "lb-tls-hardened", HIGH, MANDATORY, DEFER, YES,
        "FSBP ELB.1/4/5/6; CKV_AWS_2/91/103/131/150; AWS-0052/0054/0047; CIS-EKS1.8 5.4.5; NIST SC-8"),
    _entry("BL-NET-006", "vpc-endpoint-hygiene", MEDIUM, MANDATORY, REFERENCE, YES,
        "CIS-AWS7 6.8; FSBP EC2.10; prowler vpc_endpoint_multi_az_enabled; NIST SC-7(4)"),
    _entry("BL-EKS-001", "eks-endpoint-restricted", CRITICAL, MANDATORY, FAIL, BY_TWO,
        "CIS-EKS1.8 5.4.1/5.4.2; FSBP EKS.1; CKV_AWS_38/39; AWS-0040/0041; AwsSolutions-EKS1"),
    _entry("BL-EKS-002", "eks-secrets-cmk", HIGH, MANDATORY, REFERENCE, BY_TWO,
        "CIS-EKS1.8 5.3.1; FSBP EKS.3; CKV_AWS_58; AWS-0039; NSA C-0066; NIST SC-28"),
    _entry("BL-EKS-003", "eks-control-plane-logs", HIGH, MANDATORY, DEFER, YES,
        "CIS-EKS1.8 2.1.1; FSBP EKS.8; CKV_AWS_37; AWS-0038; AwsSolutions-EKS2; NSA C-0067; NIST AU-2"),
    _entry("BL-EKS-004", "eks-supported-version", HIGH, MANDATORY, FAIL, YES,
        "FSBP EKS.2; CKV_AWS_339; NIST SI-2"),
    _entry("BL-EKS-005", "eks-access-entries", HIGH, MANDATORY, REFERENCE, BY_TWO,
        "CIS-EKS1.8 4.1.1/4.1.7/5.5.1; NSA C-0035; NIST AC-6"),
    _entry("BL-EKS-006", "eks-network-policy-cni", HIGH, MANDATORY, DEFER, YES,
        "CIS-EKS1.8 4.3.1/5.4.4; prowler eks_cluster_network_policy_enabled; NSA (NetworkPolicy-"
        "capable CNI)"),
    _entry("BL-EKS-007", "eks-deletion-protection", MEDIUM, MANDATORY, DEFER, YES,
        "prowler eks_cluster_deletion_protection_enabled; NIST CP-9"),
    _entry("BL-EC2-001", "imdsv2-required", HIGH, MANDATORY, FAIL, BY_TWO,
        "CIS-AWS7 6.7; FSBP EC2.8/EC2.170/AutoScaling.3/4; CKV_AWS_79/341; AWS-0028/0130; NIST "
        "AC-3"),
    _entry("BL-EC2-002", "ebs-encrypted-cmk", HIGH, MANDATORY, REFERENCE, BY_TWO,
        "CIS-AWS7 6.1.1; FSBP EC2.3/EC2.7; CKV_AWS_3/8/106/189; AWS-0008/0026/0027/0131; NIST "
        "SC-28(1)"),
    _entry("BL-ECR-001", "ecr-immutable-tags", HIGH, MANDATORY, FAIL, YES,
        "FSBP ECR.2; CKV_AWS_51; AWS-0031; NIST CM-5"),
    _entry("BL-ECR-002", "ecr-cmk-and-scan", MEDIUM, MANDATORY, REFERENCE, YES,
        "FSBP ECR.1/ECR.5; CIS-EKS1.8 5.1.1; CKV_AWS_136/163; AWS-0030/0033; NIST RA-5"),
    _entry("BL-ECR-003", "ecr-no-public-policy", CRITICAL, MANDATORY, DEFER, BY_TWO,
        "CIS-EKS1.8 5.1.2/5.1.3; CKV_AWS_32; AWS-0032; AwsSolutions-ECR1; CIS-AWS7 2.21"),
    _entry("BL-KMS-001", "kms-rotation", MEDIUM, MANDATORY, FAIL, YES,
        "CIS-AWS7 4.6; FSBP KMS.4; CKV_AWS_7; AWS-0065; AwsSolutions-KMS5; NIST SC-12"),
    _entry("BL-KMS-002", "kms-key-policy-least-privilege", CRITICAL, MANDATORY, DEFER, BY_TWO,
        "CIS-AWS7 2.21; FSBP KMS.5; CKV_AWS_33, CKV2_AWS_64; NIST AC-5, SC-12"),
    _entry("BL-KMS-003", "kms-deletion-safety", HIGH, MANDATORY, FAIL, NEVER,
        "FSBP KMS.3; pulumi aws-kms-key-disallow-bypass-policy-lockout; CIS-AWS7 5.7; NIST SC-12(1)"),
    _entry("BL-S3-001", "s3-block-public", CRITICAL, MANDATORY, REFERENCE, BY_TWO,
        "CIS-AWS7 3.1.4; FSBP S3.1/2/3/8/12; CKV2_AWS_6/65; AWS-0086/0087/0091/0093/0094"),
    _entry("BL-S3-002", "s3-sse-kms", HIGH, MANDATORY, REFERENCE, YES,
        "FSBP S3.17; CKV_AWS_145; AWS-0132; NIST SC-28(1)"),
    _entry("BL-S3-003", "s3-tls-only", HIGH, MANDATORY, DEFER, YES,
        "CIS-AWS7 3.1.1; FSBP S3.5/S3.6; AwsSolutions-S10; NIST SC-8"),
    _entry("BL-S3-004", "s3-version-and-lock", HIGH, MANDATORY, REFERENCE, NEVER,
        "FSBP S3.14/S3.15; CKV_AWS_21/143; CIS-AWS7 4.4; NIST AU-9, CP-9"),
    _entry("BL-IAM-001", "iam-no-admin-or-sensitive-wildcard", CRITICAL, MANDATORY, DEFER, BY_TWO,
        "CIS-AWS7 2.14; FSBP IAM.1/21, KMS.1/2; CKV_AWS_62/63/274/286-290/355, CKV2_AWS_56; "
        "AWS-0057/0342/0345; NIST AC-6"),
    _entry("BL-IAM-002", "iam-no-users-or-keys", HIGH, MANDATORY, FAIL, BY_TWO,
        "CIS-AWS7 2.12/2.19; FSBP IAM.2/3; CKV_AWS_273; NIST IA-5"),
    _entry("BL-IAM-003", "iam-trust-scoped", HIGH, MANDATORY, DEFER, BY_TWO,
        "CIS-EKS1.8 5.2.1; CKV_AWS_60/61/358/393; prowler "
        "iam_role_cross_service_confused_deputy_prevention; NIST AC-3"),
    _entry("BL-SEC-001", "secret-store-cmk-rotation", MEDIUM, MANDATORY, REFERENCE, YES,
        "FSBP SecretsManager.1/4; CKV_AWS_149/304/337, CKV2_AWS_57; AWS-0098; CIS-EKS1.8 4.4.2"),
    _entry("BL-SEC-002", "no-plaintext-secrets", CRITICAL, MANDATORY, DEFER, BY_TWO,
        "CIS-EKS1.8 4.4.1; NSA C-0012; CKV_AWS_46; AWS-0029/0129; prowler "
        "ec2_launch_template_no_secrets; NIST IA-5(7)"),
    _entry("BL-LOG-001", "log-groups-retained-encrypted", MEDIUM, MANDATORY, REFERENCE, YES,
        "CKV_AWS_66/158/338; AWS-0017; NIST.800.53.R5-CloudWatchLogGroupEncrypted/RetentionPeriod; "
        "NIST AU-11"),
    _entry("BL-DAT-001", "data-stores-private-encrypted", HIGH, MANDATORY, REFERENCE, BY_TWO,
        "CIS-AWS7 3.2.1/3.2.3/3.2.4/3.3.1; FSBP RDS.2/3/5/8/11/27, EFS.1/3/4; "
        "CKV_AWS_16/17/184/190/203; NIST SC-28"),
    _entry("BL-K8S-001", "pss-baseline", CRITICAL, MANDATORY, FAIL, BY_TWO,
        "CIS-EKS1.8 4.2.1-4.2.4; NSA C-0057/C-0038/C-0041/C-0044/C-0068; "
        "KSV-0006/0008/0009/0010/0017/0023; CKV_K8S_16-19/26/27; Kyverno pod-security/baseline"),
    _entry("BL-K8S-002", "pss-restricted", HIGH, MANDATORY, FAIL, YES,
        "CIS-EKS1.8 4.2.5; NSA C-0013/C-0016/C-0017/C-0046/C-0055; KSV-0001/0003/0012/0014/0030; "
        "Kyverno pod-security/restricted"),
    _entry("BL-K8S-003", "resources-set", MEDIUM, MANDATORY, DEFER, YES,
        "NSA C-0270/C-0271; KSV-0011/0015/0016/0018; CKV_K8S_10-13; Gatekeeper containerresources"),
    _entry("BL-K8S-004", "images-pinned-approved-registry", HIGH, MANDATORY, FAIL, YES,
        "CIS-EKS1.8 5.1.4; KSV-0013/0125; CKV_K8S_14/43; Gatekeeper "
        "allowedrepos/imagedigests/disallowedtags; Kyverno require-image-checksum"),
    _entry("BL-K8S-005", "namespace-default-deny", HIGH, MANDATORY, REFERENCE, YES,
        "CIS-EKS1.8 4.3.2; NSA C-0030/C-0054; CKV2_K8S_6; KSV-0038; Kyverno add-network-policy"),
    _entry("BL-K8S-006", "rbac-least-privilege", HIGH, MANDATORY, DEFER, BY_TWO,
        "CIS-EKS1.8 4.1.1-4.1.4/4.1.8-4.1.12; NSA C-0035; KSV-0041/0044/0045/0047; "
        "CKV_K8S_49/155-158, CKV2_K8S_1-5"),
    _entry("BL-K8S-007", "service-account-tokens", MEDIUM, MANDATORY, DEFER, YES,
        "CIS-EKS1.8 4.1.5/4.1.6; NSA C-0034; KSV-0036; CKV_K8S_38/41"),
    _entry("BL-K8S-008", "no-public-service", HIGH, MANDATORY, FAIL, BY_TWO,
        "Gatekeeper block-loadbalancer-services/block-nodeport-services/externalip; Kyverno restrict-"
        "loadbalancer; NSA C-0059/C-0292; CKV_K8S_152-154"),
    _entry("BL-K8S-009", "default-namespace-unused", LOW, MANDATORY, DEFER, YES,
        "CIS-EKS1.8 4.5.1/4.5.2; KSV-0110; NSA 1.12 (trivy k8s-nsa)"),
    _entry("AG-001", "no-internet-gateway", CRITICAL, MANDATORY, FAIL, NEVER,
        "NIST SC-7, AC-4; prowler vpc_subnet_separate_private_public; "
        "NIST.800.53.R5-VPCNoUnrestrictedRouteToIGW (inverse of CKV2_AWS_35, which demands NAT)"),
    _entry("AG-002", "no-nat-or-elastic-ip", CRITICAL, MANDATORY, FAIL, BY_TWO,
        "NIST SC-7; FSBP EC2.12"),
    _entry("AG-003", "no-route-out", CRITICAL, MANDATORY, FAIL, NEVER,
        "NIST SC-7(5), AC-4; NIST.800.53.R5-VPCNoUnrestrictedRouteToIGW"),
    _entry("AG-004", "vpc-block-public-access", HIGH, MANDATORY, REFERENCE, NEVER,
        "FSBP EC2.172; NIST SC-7"),
    _entry("AG-005", "eks-isolated-control-plane", CRITICAL, MANDATORY, FAIL, NEVER,
        "FSBP EKS.1; CIS-EKS1.8 5.4.2; EKS API VpcConfigRequest.controlPlaneEgressMode; NIST SC-7"),
    _entry("AG-006", "no-public-edge", CRITICAL, MANDATORY, FAIL, NEVER,
        "AWS-0053; Kyverno restrict-loadbalancer; NIST SC-7"),
    _entry("AG-007", "vpc-endpoints-complete", CRITICAL, MANDATORY, REFERENCE, NEVER,
        "EKS user guide private-clusters; Karpenter isolated VPC; CIS-AWS7 6.8; issues eks-user-"
        "guide#582/#690, containers-roadmap#298/#745"),
    _entry("AG-008", "endpoint-policies-perimeter", HIGH, MANDATORY, REFERENCE, BY_TWO,
        "NIST SC-7(10), AC-4; CIS-AWS7 2.21; ECR VPC endpoint guide (starport bucket)"),
    _entry("AG-009", "images-only-from-mirror-by-digest", CRITICAL, MANDATORY, FAIL, NEVER,
        "CIS-EKS1.8 5.1.4; Gatekeeper imagedigests/allowedrepos; CKV_K8S_43; KSV-0034/0125; Kyverno "
        "prepend/replace-image-registry; NIST SI-7, CM-14"),
    _entry("AG-010", "charts-and-manifests-only-from-mirror", HIGH, MANDATORY, FAIL, BY_TWO,
        "NIST CM-14, SR-4; Zarf charts component"),
    _entry("AG-011", "no-public-pull-through", HIGH, MANDATORY, FAIL, BY_TWO,
        "ECR user guide vpc-endpoints considerations; NIST SC-7"),
    _entry("AG-012", "network-policy-no-external-egress", HIGH, MANDATORY, FAIL, BY_TWO,
        "NSA C-0030; CIS-EKS1.8 4.3.2; NIST SC-7(5)"),
    _entry("AG-013", "security-group-egress-closed", HIGH, MANDATORY, DEFER, BY_TWO,
        "AWS-0104; CKV_AWS_382; NIST SC-7(5)"),
    _entry("AG-014", "private-dns-only", HIGH, MANDATORY, FAIL, BY_TWO,
        "NIST SC-20/SC-7; CKV2_AWS_39 (query logs)"),
    _entry("AG-015", "private-ca", HIGH, MANDATORY, DEFER, YES,
        "NIST SC-17, SC-8; FSBP ACM.1/2"),
    _entry("AG-016", "telemetry-and-hub-off", MEDIUM, MANDATORY, DEFER, YES,
        "NIST SC-7(10), AC-20; trivy air-gap guide (two separate switches)"),
    _entry("AG-017", "no-public-urls-in-config", HIGH, MANDATORY, DEFER, BY_TWO,
        "NIST SC-7, SR-4"),
    _entry("AG-018", "node-bootstrap-offline", HIGH, MANDATORY, DEFER, BY_TWO,
        "EKS private-clusters; nodeadm NodeConfig API; AWS-0344; NIST CM-14"),
    _entry("AG-019", "controllers-isolated-mode", HIGH, MANDATORY, DEFER, YES,
        "EKS private-clusters; Karpenter getting-started (Private Clusters)"),
    _entry("AG-020", "no-boundary-crossing-links", CRITICAL, MANDATORY, FAIL, BY_TWO,
        "CIS-AWS7 6.6; FSBP EC2.23; CKV_AWS_123/331; NIST CA-3, SC-7"),
    _entry("AG-021", "identity-without-internet", HIGH, MANDATORY, DEFER, YES,
        "EKS private-clusters (STS); EKS guide service-accounts (eks-auth PrivateLink)"),
    _entry("AG-022", "offline-toolchain-and-verified-bundle", CRITICAL, MANDATORY, FAIL, NEVER,
        "SLSA verification; pulumi#9278/#16240; NIST SR-4/SR-11, SI-7"),
    _entry("MR-001", "allowed-regions-residency", CRITICAL, MANDATORY, FAIL, NEVER,
        "prowler organizations_scp_check_deny_regions; NIST AC-4, SA-9(5)"),
    _entry("MR-002", "kms-replica-coverage", HIGH, MANDATORY, REFERENCE, BY_TWO,
        "prowler kms_cmk_not_multi_region (opposite default); NIST SC-12, CP-9"),
    _entry("MR-003", "kms-replica-policy-parity", HIGH, MANDATORY, DEFER, YES,
        "NIST SC-12; FSBP KMS.5"),
    _entry("MR-004", "ecr-replication-complete", HIGH, MANDATORY, REFERENCE, YES,
        "NIST CP-9; BL-ECR-*"),
    _entry("MR-005", "cidr-non-overlap", CRITICAL, MANDATORY, FAIL, NEVER,
        "NIST SC-7, CM-8"),
    _entry("MR-006", "region-parity", HIGH, MANDATORY, DEFER, YES,
        "NIST CP-7, CM-2"),
    _entry("MR-007", "state-and-artifact-replication", HIGH, MANDATORY, REFERENCE, BY_TWO,
        "FSBP S3.7; CKV_AWS_144; NIST.800.53.R5-S3BucketReplicationEnabled; NIST CP-6/CP-9"),
    _entry("MR-008", "failover-dns", HIGH, MANDATORY, REFERENCE, YES,
        "NIST CP-2/CP-10, SC-22"),
    _entry("MR-009", "secret-replication", MEDIUM, MANDATORY, REFERENCE, YES,
        "NIST CP-9; FSBP SecretsManager.1"),
    _entry("MR-010", "quota-headroom", MEDIUM, ADVISORY, DEFER, YES,
        "NIST CP-2(2), SC-5"),
    _entry("MR-011", "global-resources-single-owner", MEDIUM, MANDATORY, DEFER, YES,
        "NIST CM-8"),
    _entry("GV-001", "required-tags", MEDIUM, MANDATORY, DEFER, YES,
        "FSBP tag controls; NIST CM-8; CKV_AWS_153"),
    _entry("GV-002", "protect-stateful", HIGH, MANDATORY, FAIL, BY_TWO,
        "NIST CP-9, SI-12; FSBP RDS.7/8"),
    _entry("GV-003", "explicit-pinned-provider", HIGH, MANDATORY, FAIL, YES,
        "NIST CM-2, CM-5"),
    _entry("GV-004", "pinned-inputs", MEDIUM, MANDATORY, FAIL, YES,
        "AWS-0344; NIST CM-2; SLSA"),
    _entry("GV-005", "provenance-required", HIGH, MANDATORY, FAIL, BY_TWO,
        "SLSA Build L2/L3 verifying-artifacts; NIST SR-3/SR-4; Kyverno verify-image-slsa/verify-sbom-"
        "cyclonedx"),
    _entry("GV-006", "permission-boundary", HIGH, MANDATORY, DEFER, BY_TWO,
        "NIST AC-6(1), AC-5; CKV_AWS_286"),
    _entry("GV-007", "approvals-satisfied", CRITICAL, MANDATORY, FAIL, NEVER,
        "NIST AC-5, CM-3, CM-5; SLSA source; Atlantis #4813/#4243 as negative cases"),
    _entry("GV-008", "audit-and-state-protection", HIGH, MANDATORY, REFERENCE, NEVER,
        "CIS-AWS7 4.1/4.2/4.5; FSBP CloudTrail.1/2/4/5; AWS-0014/0015/0016; NIST AU-9, AU-10"),
    _entry("GPU-001", "gpu-pools-tainted-and-claimed", MEDIUM, MANDATORY, DEFER, YES,
        "Kyverno check-nvidia-gpu (other/); NIST SC-6"),
    _entry("GPU-002", "gpu-isolation", HIGH, MANDATORY, FAIL, BY_TWO,
        "NSA C-0057; CIS-EKS1.8 4.2.1; NIST SC-4, SC-39"),
    _entry("GPU-003", "gpu-driver-matrix", HIGH, MANDATORY, DEFER, YES,
        "NIST CM-2, SI-2"),
    _entry("GPU-004", "multi-node-fabric", MEDIUM, MANDATORY, DEFER, YES,
        "NIST SC-5"),
    _entry("GPU-005", "serving-resilience", MEDIUM, ADVISORY, DEFER, YES,
        "FSBP SageMaker.4 (analogue); CKV_K8S_8/9; Kyverno require-pdb; pulumi "
        "configureMinimumReplicaCount"),
    _entry("CO-001", "gpu-spend-caps", MEDIUM, MANDATORY, DEFER, YES,
        "NIST SC-6, PM-3"),
    _entry("CO-002", "budget-and-delta", MEDIUM, ADVISORY, DEFER, YES,
        "NIST PM-3"),
    _entry("CO-003", "lifecycle-hygiene", LOW, ADVISORY, REFERENCE, YES,
        "FSBP ECR.3, S3.10/13; CKV2_AWS_61, CKV_AWS_300"),
)  # fmt: skip

BY_ID: Final[Mapping[str, Entry]] = {entry.id: entry for entry in _ROWS}

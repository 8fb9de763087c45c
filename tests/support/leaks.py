"""Random ways out of an air gap, each as something that is added to a good plan, or torn in it; and their like inside.

Each strategy makes a function from the plan's resources to those with one way out. What is public is decided here
by itself, not by what is tested.
"""

import base64
import dataclasses
import ipaddress
import json

from hypothesis import strategies as st

from policies.model import Resource

REGION = "eu-central-1"
ACCOUNT = "123456789012"
MIRROR = "registry.corp.example"
URN = "urn:pulumi:prod-airgap.eu-central-1::cluster"
NOT_PUBLIC = [
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "fc00::/7", "fe80::/10", "::/128", "::1/128",
    )
]  # fmt: skip

words = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)
digests = st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:{}".format)
versions = st.from_regex(r"\A[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}\Z")


def _network(version, bits):
    return st.builds(
        lambda address, prefix: str(ipaddress.ip_network((address, prefix), strict=False)),
        st.integers(0, 2**bits - 1).map(version),
        st.integers(0, bits),
    )


def _is_public(block):
    network = ipaddress.ip_network(block)
    return not any(network.version == each.version and network.subnet_of(each) for each in NOT_PUBLIC)


public_v4 = st.one_of(
    st.sampled_from(["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "8.8.8.8/32", "10.0.0.0/7", "192.0.0.0/8"]),
    _network(ipaddress.IPv4Address, 32).filter(_is_public),
)
public_v6 = st.one_of(st.just("::/0"), _network(ipaddress.IPv6Address, 128).filter(_is_public))
public_addresses = st.integers(2**24, 2**32 - 2).map(ipaddress.IPv4Address).map(str).filter(_is_public)
private_v4 = st.integers(0, 255).map("10.64.{}.0/24".format) | st.sampled_from(
    ["192.168.7.0/24", "10.0.0.0/8"]
)
hosts = st.one_of(
    st.sampled_from(["huggingface.co", "pypi.org", "github.com", "registry.corp.example.evil.io"]),
    st.builds("{}.{}".format, words, st.sampled_from(["com", "io", "net", "co.uk", "example"])),
    st.builds("{}.{}.amazonaws.com".format, words, st.sampled_from(["us-east-1", "ap-east-1"])),
    public_addresses,
)


@st.composite
def urls(draw, schemes=("http", "https", "git+https", "wss", "ftp", "postgres")):
    return f"{draw(st.sampled_from(schemes))}://{draw(hosts)}/{draw(words)}"


def added(type, inputs, name="leak"):
    """One resource more."""
    found = Resource(
        urn=f"{URN}::{type}::{name}", type=type, name=name, inputs=inputs, region=REGION, change="create"
    )
    return lambda resources: (*resources, found)


def torn(type, change, pick=0):
    """One resource of the plan with other inputs."""

    def tear(resources):
        those = [each for each in resources if each.type == type]
        victim = those[pick % len(those)]
        other = dataclasses.replace(victim, inputs={**victim.inputs, **change(victim.inputs)})
        return tuple(other if each is victim else each for each in resources)

    return tear


@st.composite
def gateways(draw):
    type = draw(
        st.sampled_from(
            [
                "aws:ec2/internetGateway:InternetGateway",
                "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment",
                "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
                "aws:ec2/carrierGateway:CarrierGateway",
                "aws:ec2/natGateway:NatGateway",
                "aws:ec2/eip:Eip",
                "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion",
            ]
        )
    )
    return added(type, {"vpcId": "vpc-1"})


TARGETS = ["gatewayId", "natGatewayId", "transitGatewayId", "networkInterfaceId", "vpcPeeringConnectionId"]


@st.composite
def routes(draw):
    target = {draw(st.sampled_from(TARGETS)): draw(words)}
    block, is_v4 = draw(st.one_of(st.tuples(public_v4, st.just(True)), st.tuples(public_v6, st.just(False))))
    if draw(st.booleans()):
        key = "destinationCidrBlock" if is_v4 else "destinationIpv6CidrBlock"
        return added("aws:ec2/route:Route", {"routeTableId": "rtb-1", key: block, **target})
    route = {"cidrBlock" if is_v4 else "ipv6CidrBlock": block, **target}
    return torn("aws:ec2/routeTable:RouteTable", lambda _: {"routes": [route]}, draw(st.integers(0, 9)))


@st.composite
def endpoint_policies(draw):
    """A policy of an endpoint of the plan without one of its bounds, without a policy, or with an open statement."""
    way = draw(st.sampled_from(["none", "open", "others", "torn"]))
    pick = draw(st.integers(0, 99))
    if way == "none":
        return torn("aws:ec2/vpcEndpoint:VpcEndpoint", lambda _: {"policy": None}, pick)
    action = draw(st.sampled_from(["*", "s3:PutObject", "sts:AssumeRole", "secretsmanager:*", "kms:Encrypt"]))
    open_one = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}
    if way == "others":
        open_one["Condition"] = {"StringEquals": {"aws:PrincipalAccount": "999999999999"}}

    def change(inputs):
        policy = json.loads(inputs["policy"])
        if way == "torn":
            bounded = [each for each in policy["Statement"] if "Condition" in each]
            del bounded[pick % len(bounded)]["Condition"]
        else:
            policy["Statement"].append(open_one)
        return {"policy": json.dumps(policy)}

    return torn("aws:ec2/vpcEndpoint:VpcEndpoint", change, pick)


TEMPLATES = {
    "kubernetes:core/v1:Pod": lambda pod: {"spec": pod},
    "kubernetes:apps/v1:Deployment": lambda pod: {"spec": {"template": {"spec": pod}}},
    "kubernetes:apps/v1:DaemonSetPatch": lambda pod: {"spec": {"template": {"spec": pod}}},
    "kubernetes:apps/v1:StatefulSet": lambda pod: {"spec": {"template": {"spec": pod}}},
    "kubernetes:batch/v1:CronJob": lambda pod: {
        "spec": {"jobTemplate": {"spec": {"template": {"spec": pod}}}}
    },
    "kubernetes:ray.io/v1:RayCluster": lambda pod: {
        "spec": {"workerGroupSpecs": [{"template": {"spec": pod}}]}
    },
    "kubernetes:jobset.x-k8s.io/v1alpha2:JobSet": lambda pod: {
        "spec": {"replicatedJobs": [{"template": {"spec": {"template": {"spec": pod}}}}]}
    },
}
WHOLE = [type for type in TEMPLATES if not type.endswith("Patch")]


def images(where):
    good = st.builds("{}/{}@{}".format, st.just(where), words, digests)
    return good


public_images = st.one_of(
    words,
    st.builds("{}:{}".format, words, words),
    st.builds("{}/{}@{}".format, hosts, words, digests),
    st.builds("{}.dkr.ecr.{}.amazonaws.com/a@{}".format, st.just("999999999999"), st.just(REGION), digests),
    st.builds("{}/{}:{}".format, st.just(MIRROR), words, versions),  # no digest
    st.builds("{}.evil.io/{}@{}".format, st.just(MIRROR), words, digests),
)
PLACES = [
    lambda image: {"containers": [{"name": "a", "image": image}]},
    lambda image: {"initContainers": [{"name": "a", "image": image}], "containers": []},
    lambda image: {"ephemeralContainers": [{"name": "a", "image": image}]},
    lambda image: {"volumes": [{"name": "a", "image": {"reference": image}}]},
    lambda image: {"containers": [{"env": [{"name": "RELATED_IMAGE_OPERAND", "value": image}]}]},
]


@st.composite
def pods(draw, image):
    type = draw(st.sampled_from(sorted(TEMPLATES)))
    return added(type, TEMPLATES[type](draw(st.sampled_from(PLACES))(draw(image))))


@st.composite
def custom_images(draw):
    image = draw(public_images)
    return draw(
        st.sampled_from(
            [
                added(
                    "kubernetes:serving.kserve.io/v1beta1:InferenceService",
                    {"spec": {"predictor": {"model": {"image": image}}}},
                ),
                added("kubernetes:nvidia.com/v1:ClusterPolicy", {"spec": {"driver": {"image": image}}}),
                added(
                    "kubernetes:nvidia.com/v1:ClusterPolicy",
                    {"spec": {"driver": {"repository": draw(hosts), "image": "driver", "version": "580"}}},
                ),
                added("aws:eks/addon:Addon", {"configurationValues": json.dumps({"init": {"image": image}})}),
                added(
                    "kubernetes:yaml/v2:ConfigGroup", {"yaml": f"spec:\n  containers:\n  - image: {image}\n"}
                ),
            ]
        )
    )


@st.composite
def charts(draw):
    type = draw(st.sampled_from(["kubernetes:helm.sh/v4:Chart", "kubernetes:helm.sh/v3:Release"]))
    name, version = draw(words), draw(versions)
    inputs = draw(
        st.sampled_from(
            [
                {"chart": f"oci://{draw(hosts)}/{name}", "version": version},
                {"chart": name, "version": version, "repositoryOpts": {"repo": draw(urls())}},
                {"chart": f"oci://{MIRROR}/charts/{name}", "version": f"^{version}"},
                {"chart": f"oci://{MIRROR}/charts/{name}"},
                {"chart": "./a", "values": {"image": {"repository": draw(public_images)}}},
                {"chart": "./a", "values": {"config": {"remote": draw(urls())}}},
            ]
        )
    )
    return added(type, inputs)


@st.composite
def delivered_charts(draw):
    """What a controller in the cluster is told to install."""
    name, version = draw(words), draw(versions)
    flux, argo = "kubernetes:source.toolkit.fluxcd.io/v1", "kubernetes:argoproj.io/v1alpha1:Application"
    own = {"repoURL": f"{MIRROR}/charts", "chart": name, "targetRevision": version}
    return draw(
        st.sampled_from(
            [
                added(f"{flux}:HelmRepository", {"spec": {"url": draw(urls())}}),
                added(
                    f"{flux}:OCIRepository",
                    {"spec": {"url": f"oci://{draw(hosts)}/{name}", "ref": {"tag": version}}},
                ),
                added(
                    f"{flux}:OCIRepository",
                    {"spec": {"url": f"oci://{MIRROR}/{name}", "ref": {"semver": f"^{version}"}}},
                ),
                added(
                    "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease",
                    {"spec": {"chartRef": {"kind": "OCIRepository", "name": f"{name}-elsewhere"}}},
                ),
                added(argo, {"spec": {"source": {**own, "repoURL": f"{draw(hosts)}/charts"}}}),
                added(argo, {"spec": {"source": {**own, "targetRevision": f"{version}-*"}}}),
                added(
                    argo,
                    {"spec": {"source": {**own, "helm": {"valuesObject": {"image": draw(public_images)}}}}},
                ),
            ]
        )
    )


@st.composite
def manifests(draw):
    key, type = draw(
        st.sampled_from(
            [
                ("file", "kubernetes:yaml/v2:ConfigFile"),
                ("files", "kubernetes:yaml/v2:ConfigGroup"),
                ("directory", "kubernetes:kustomize/v2:Directory"),
            ]
        )
    )
    return added(type, {key: draw(urls())})


@st.composite
def egress_rules(draw):
    block, is_v4 = draw(st.one_of(st.tuples(public_v4, st.just(True)), st.tuples(public_v6, st.just(False))))
    several = {"cidrBlocks" if is_v4 else "ipv6CidrBlocks": ["10.64.0.0/16", block] if is_v4 else [block]}
    return draw(
        st.sampled_from(
            [
                added(
                    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
                    {"securityGroupId": "sg-1", "cidrIpv4" if is_v4 else "cidrIpv6": block},
                ),
                added("aws:ec2/securityGroupRule:SecurityGroupRule", {"type": "egress", **several}),
                added("aws:ec2/securityGroup:SecurityGroup", {"egress": [{"fromPort": 0, **several}]}),
            ]
        )
    )


@st.composite
def network_policies(draw):
    block = draw(st.one_of(public_v4, public_v6))
    return draw(
        st.sampled_from(
            [
                added(
                    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
                    {"spec": {"egress": [{"to": [{"podSelector": {}}, {"ipBlock": {"cidr": block}}]}]}},
                ),
                added("kubernetes:networking.k8s.io/v1:NetworkPolicy", {"spec": {"egress": [{}]}}),
                added(
                    "kubernetes:cilium.io/v2:CiliumNetworkPolicy", {"spec": {"egress": [{"toCIDR": [block]}]}}
                ),
                added(
                    "kubernetes:cilium.io/v2:CiliumNetworkPolicy",
                    {"specs": [{"egress": [{"toFQDNs": [{"matchName": draw(hosts)}]}]}]},
                ),
                added(
                    "kubernetes:projectcalico.org/v3:GlobalNetworkPolicy",
                    {"spec": {"egress": [{"action": "Allow", "destination": {"nets": [block]}}]}},
                ),
            ]
        )
    )


@st.composite
def name_servers(draw):
    address = draw(public_addresses)
    return draw(
        st.sampled_from(
            [
                added("aws:route53/zone:Zone", {"name": "example.com"}),
                added("aws:route53/resolverRule:ResolverRule", {"targetIps": [{"ip": address}]}),
                added("aws:ec2/vpcDhcpOptions:VpcDhcpOptions", {"domainNameServers": [address]}),
                added("kubernetes:core/v1:Pod", {"spec": {"dnsConfig": {"nameservers": [address]}}}),
                added(
                    "kubernetes:core/v1:ConfigMap",
                    {"data": {"Corefile": f".:53 {{\n    forward . {address}\n}}\n"}},
                ),
            ]
        )
    )


LOUD = {
    "HF_HUB_OFFLINE": "0",
    "TRANSFORMERS_OFFLINE": "false",
    "VLLM_NO_USAGE_STATS": "0",
    "RAY_USAGE_STATS_ENABLED": "1",
    "WANDB_MODE": "online",
    "GF_ANALYTICS_REPORTING_ENABLED": "true",
    "DO_NOT_TRACK": "0",
}


@st.composite
def telemetry(draw):
    name = draw(st.sampled_from(sorted(LOUD)))
    type = draw(st.sampled_from(WHOLE))
    image = f"{MIRROR}/a@sha256:{'1' * 64}"
    if draw(st.booleans()):
        software = draw(
            st.sampled_from(["vllm/vllm-openai", "rayproject/ray", "grafana/grafana", "library/mlflow"])
        )
        image = f"{MIRROR}/{software}@sha256:{'1' * 64}"  # told nothing
        return added(type, TEMPLATES[type]({"containers": [{"image": image}]}))
    container = {"image": image, "env": [{"name": name, "value": LOUD[name]}]}
    return added(type, TEMPLATES[type]({"containers": [container]}))


@st.composite
def settings(draw):
    url = draw(
        st.one_of(
            urls(), st.builds("hf://{}/{}".format, words, words), st.builds("s3://{}-x/a".format, words)
        )
    )
    text = draw(st.sampled_from(["{}", "--index-url={}", "load {} now", '{{"remote": "{}"}}'])).format(url)
    type = draw(st.sampled_from(sorted(TEMPLATES)))
    pod = draw(
        st.sampled_from(
            [
                {"containers": [{"args": ["--a", text]}]},
                {"containers": [{"command": ["sh", "-c", text]}]},
                {"initContainers": [{"env": [{"name": "REMOTE", "value": text}]}]},
            ]
        )
    )
    return draw(
        st.sampled_from(
            [
                added(type, TEMPLATES[type](pod)),
                added("kubernetes:core/v1:ConfigMap", {"data": {"settings": text}}),
                added(
                    "kubernetes:serving.kserve.io/v1beta1:InferenceService",
                    {"spec": {"predictor": {"model": {"storageUri": url}}}},
                ),
                added(
                    "kubernetes:core/v1:Service",
                    {"spec": {"type": "ExternalName", "externalName": draw(hosts)}},
                ),
            ]
        )
    )


@st.composite
def edges(draw):
    return draw(
        st.sampled_from(
            [
                added("aws:lb/loadBalancer:LoadBalancer", {"loadBalancerType": "network"}),
                added("aws:alb/loadBalancer:LoadBalancer", {"internal": False}),
                added("aws:elb/loadBalancer:LoadBalancer", {}),
                added("aws:cloudfront/distribution:Distribution", {}),
                added("aws:globalaccelerator/accelerator:Accelerator", {}),
                added("aws:apigateway/restApi:RestApi", {"endpointConfiguration": {"types": "EDGE"}}),
                added("aws:apigatewayv2/api:Api", {}),
                added("aws:lambda/functionUrl:FunctionUrl", {}),
                added("kubernetes:core/v1:Service", {"spec": {"type": "LoadBalancer"}}),
                added(
                    "kubernetes:networking.k8s.io/v1:Ingress",
                    {"metadata": {"annotations": {"alb.ingress.kubernetes.io/scheme": "internet-facing"}}},
                ),
            ]
        )
    )


@st.composite
def links(draw):
    other = draw(words)
    return draw(
        st.sampled_from(
            [
                added("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", {"peerVpcId": f"vpc-{other}"}),
                added(
                    "aws:ec2transitgateway/vpcAttachment:VpcAttachment", {"transitGatewayId": f"tgw-{other}"}
                ),
                added("aws:ec2/vpnConnection:VpnConnection", {"customerGatewayId": f"cgw-{other}"}),
                added("aws:directconnect/publicVirtualInterface:PublicVirtualInterface", {}),
                added("aws:ec2/vpcEndpointService:VpcEndpointService", {"acceptanceRequired": False}),
                added(
                    "aws:ec2/vpcEndpoint:VpcEndpoint",
                    {"serviceName": f"com.amazonaws.vpce.{REGION}.vpce-svc-{other}", "policy": None},
                ),
            ]
        )
    )


@st.composite
def registries(draw):
    return draw(
        st.sampled_from(
            [
                added(
                    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule", {"upstreamRegistryUrl": draw(hosts)}
                ),
                added("aws:ecrpublic/repository:Repository", {}),
                added(
                    "aws:ecr/replicationConfiguration:ReplicationConfiguration",
                    {
                        "replicationConfiguration": {
                            "rules": [{"destinations": [{"registryId": "999999999999"}]}]
                        }
                    },
                ),
            ]
        )
    )


@st.composite
def clusters(draw):
    change = draw(
        st.sampled_from(
            [
                {"endpointPublicAccess": True},
                {"endpointPublicAccess": None},
                {"endpointPrivateAccess": False},
                {"controlPlaneEgressMode": "AWS_MANAGED"},
                {"controlPlaneEgressMode": None},
            ]
        )
    )
    return torn("aws:eks/cluster:Cluster", lambda inputs: {"vpcConfig": {**inputs["vpcConfig"], **change}})


TOLD = f"NodeConfig name apiServerEndpoint certificateAuthority cidr https://{MIRROR}/v2/docker.io"


@st.composite
def scripts(draw):
    line = draw(
        st.one_of(
            urls(("http", "https")).map("curl -fsSL {} | bash".format),
            hosts.map("wget -q {}/a".format),
            st.sampled_from(
                ["dnf install -y jq", "pip3 install torch", "apt-get -qq update", "yum -y update"]
            ),
        )
    )
    text = base64.b64encode(f"{TOLD}\n#!/bin/bash\n{line}\n".encode()).decode()
    return torn(
        "aws:ec2/launchTemplate:LaunchTemplate", lambda _: {"userData": text}, draw(st.integers(0, 9))
    )


@st.composite
def identities(draw):
    url = f"https://{draw(hosts)}/a"
    return draw(
        st.sampled_from(
            [
                added("aws:iam/openIdConnectProvider:OpenIdConnectProvider", {"url": url}),
                added("aws:eks/identityProviderConfig:IdentityProviderConfig", {"oidc": {"issuerUrl": url}}),
                added("kubernetes:cert-manager.io/v1:ClusterIssuer", {"spec": {"acme": {"server": url}}}),
                added(
                    "aws:acm/certificate:Certificate",
                    {"domainName": "a.corp.example", "validationMethod": "DNS"},
                ),
            ]
        )
    )


WAYS = {
    "gateway": gateways(),
    "route": routes(),
    "endpoint policy": endpoint_policies(),
    "image": pods(public_images),
    "image in a custom resource": custom_images(),
    "chart": charts(),
    "delivered chart": delivered_charts(),
    "manifest": manifests(),
    "egress rule": egress_rules(),
    "network policy": network_policies(),
    "DNS": name_servers(),
    "telemetry": telemetry(),
    "URL": settings(),
    "load balancer": edges(),
    "link": links(),
    "registry": registries(),
    "control plane": clusters(),
    "start of a machine": scripts(),
    "identity": identities(),
}


@st.composite
def inside(draw):
    """Something of the same kinds that leads nowhere."""
    block, name = draw(private_v4), draw(words)
    type = draw(st.sampled_from(sorted(TEMPLATES)))
    own = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    image = draw(images(draw(st.sampled_from([MIRROR, f"{MIRROR}/docker.io/library", own]))))
    container = {
        "image": image,
        "args": [f"https://{MIRROR}/a", "http://ranker.search.svc:8080", f"redis://{name}"],
    }
    return draw(
        st.sampled_from(
            [
                added("aws:ec2/route:Route", {"destinationCidrBlock": block, "transitGatewayId": "tgw-1"}),
                added("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", {"cidrIpv4": block}),
                added(
                    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
                    {"spec": {"egress": [{"to": [{"ipBlock": {"cidr": block}}]}]}},
                ),
                added(type, TEMPLATES[type]({"containers": [container]})),
                added(
                    "kubernetes:helm.sh/v4:Chart",
                    {"chart": f"oci://{MIRROR}/{name}", "version": draw(versions)},
                ),
                added(
                    "kubernetes:argoproj.io/v1alpha1:Application",
                    {
                        "spec": {
                            "source": {
                                "repoURL": f"{MIRROR}/charts",
                                "chart": name,
                                "targetRevision": draw(versions),
                                "helm": {"values": f"image: {image}"},
                            }
                        }
                    },
                ),
                added(
                    "kubernetes:source.toolkit.fluxcd.io/v1:OCIRepository",
                    {"spec": {"url": f"oci://{MIRROR}/{name}", "ref": {"tag": draw(versions)}}},
                ),
                added("aws:route53/zone:Zone", {"name": "corp.example", "vpcs": [{"vpcId": "vpc-1"}]}),
                added("aws:lb/loadBalancer:LoadBalancer", {"internal": True}),
                added("kubernetes:core/v1:ConfigMap", {"data": {name: f"s3.{REGION}.amazonaws.com"}}),
            ]
        )
    )

"""What counts as inside an air gap: addresses, hosts, registries, and what a text names."""

import pytest

from policies.boundary import has_host, holds, is_own_registry, leads_out
from policies.cases import scene_of
from policies.images import image

ZONE = {"aws:route53/zone:Zone": {"name": "corp.example", "vpcs": [{"vpcId": "vpc-1"}]}}
BUCKET = {"aws:s3/bucket:Bucket": {"bucket": "models"}}
FACTS = {
    "account": "123456789012",
    "mirror": "registry.other.example:5000",
    "boundary": ["203.0.113.0/24"],
    "regions": ["eu-central-1"],
}
SCENE = scene_of({**ZONE, **BUCKET, "facts": FACTS})


@pytest.mark.parametrize(
    ("block", "but", "inside"),
    [
        ("10.1.0.0/16", [], True),
        ("203.0.113.7", [], True),
        ("203.0.113.0/24", [], True),
        ("203.0.112.0/23", [], False),
        ("203.0.112.0/23", ["203.0.112.0/24"], True),
        ("0.0.0.0/0", ["0.0.0.0/1", "128.0.0.0/1"], True),
        ("0.0.0.0/0", ["10.0.0.0/8"], False),
        ("fd00::/8", [], True),
        ("::/0", ["10.0.0.0/8"], False),
        ("no block", [], False),
        ("10.0.0.0/8", ["no block"], True),
    ],
)
def test_a_block_is_inside_if_all_of_its_addresses_are(block, but, inside):
    assert holds(SCENE.facts, block, but) is inside


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("registry.other.example", True),
        ("registry.other.example.evil.example", False),
        ("cache", True),
        ("ranker.search.svc", True),
        ("ranker.search.svc.cluster.local", True),
        ("ip-10-0-0-1.eu-central-1.compute.internal", True),
        ("vault.corp.example", True),
        ("corp.example", True),
        ("evilcorp.example", False),
        ("10.0.0.1", True),
        ("8.8.8.8", False),
        ("0.0.0.0", True),
        ("::1", True),
        ("2600::1", False),
        ("abc.lambda-url.eu-central-1.on.aws", False),
        ("sqs.eu-central-1.amazonaws.com", True),
        ("bucket.s3.eu-central-1.amazonaws.com", True),
        ("abc.gr7.eu-central-1.eks.amazonaws.com", True),
        ("eks-auth.eu-central-1.api.aws", True),
        ("sqs.us-east-1.amazonaws.com", False),
        ("sts.amazonaws.com", False),
        ("eu-central-1.amazonaws.com.evil.example", False),
        ("huggingface.co", False),
        ("HUGGINGFACE.CO.", False),
    ],
)
def test_a_host_is_inside_by_its_name(host, inside):
    assert has_host(SCENE, host) is inside


def test_hosts_can_be_named_one_by_one_or_by_their_end():
    assert has_host(SCENE, "pypi.example.org", ["pypi.example.org"])
    assert has_host(SCENE, "pypi.example.org", [".example.org"])
    assert not has_host(SCENE, "a.pypi.example.org", ["pypi.example.org"])


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("https://registry.other.example:5000/v2/", False),
        ("https://user:secret@evil.example/registry.other.example", True),
        ("load it from https://10.0.0.1:8443/a, then go on", False),
        ("redis://cache:6379/0", False),
        ("git+https://github.com/a/b@main", True),
        ("git@github.com:a/b.git", True),
        ("pip install --index-url https://pypi.org/simple torch", True),
        ("huggingface.co", True),
        ("cdn.huggingface.co/models", True),
        ("myhuggingface.company", False),
        ("hf://meta-llama/Llama-3.3-70B", True),
        ("gs://bucket/a", True),
        ("s3://models/a", False),
        ("s3://others/a", True),
        ("file:///models", False),
        ("registry.other.example:5000/docker.io/library/nginx", False),
        ("someone@example.com", False),
        ("nothing at all", False),
        ("https://[::1", True),
        ("https://", False),
    ],
)
def test_a_text_leads_out_by_a_url_or_a_known_host(text, out):
    assert leads_out(SCENE, text) is out


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("registry.other.example:5000", True),
        ("registry.other.example", False),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com", True),
        ("999999999999.dkr.ecr.eu-central-1.amazonaws.com", False),
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com", False),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil.example", False),
        ("docker.io", False),
    ],
)
def test_a_registry_is_own_if_it_is_the_mirror_or_of_the_account(host, own):
    assert is_own_registry(SCENE.facts, host) is own


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nginx", "docker.io library/nginx  latest"),
        ("bitnami/nginx:1", "docker.io bitnami/nginx 1"),
        ("localhost/nginx:1", "localhost nginx 1"),
        ("registry:5000/a/b", "registry:5000 a/b  latest"),
        ("quay.io/a/b:latest", "quay.io a/b latest latest"),
        (f"quay.io/a/b:1@sha256:{'a' * 64}", "quay.io a/b 1 pinned"),
        (f"quay.io/a/b@sha256:{'a' * 64}", "quay.io a/b  pinned"),
        ("quay.io/a/b@sha256:abc", None),
        ("a b", None),
        ("", None),
        ("https://quay.io/a", None),
    ],
)
def test_a_reference_says_which_image_is_meant(text, told):
    found = image(text)
    if told is None:
        assert found is None
    else:
        words = [found.host, found.repository, found.tag]
        words += ["pinned"] * found.is_pinned + ["latest"] * found.is_latest
        assert " ".join(words) == told

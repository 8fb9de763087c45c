"""What a node is told at its first start, as the text it reads."""

import base64
import email

import pulumi

from components.node_bootstrap import ClusterCoordinates, Offline, mirror_script, user_data
from tests.support.recording import record

CLUSTER = ClusterCoordinates(
    name="dev-cluster",
    endpoint="https://api.example.internal",
    certificate_authority="UEVN",
    service_cidr="172.20.0.0/16",
)


def told(**how):
    def program():
        pulumi.export("text", user_data(**how))

    return base64.b64decode(record(program).outputs["text"]).decode()


def test_a_node_in_an_air_gap_finds_its_cluster_and_its_images_by_itself(golden):
    golden(told(offline=Offline(cluster=CLUSTER, mirror="registry.corp.example"), local_disks=True))


def test_a_connected_node_is_told_about_its_disks_only(golden):
    golden(told(offline=None, local_disks=True))


def test_a_node_with_nothing_to_be_told_has_no_user_data():
    assert user_data(offline=None, local_disks=False) is None


def test_it_is_a_mime_message_of_the_types_the_machine_knows():
    message = email.message_from_string(
        told(offline=Offline(cluster=CLUSTER, mirror="registry.corp.example:5000"), local_disks=False)
    )
    assert [part.get_content_type() for part in message.get_payload()] == [
        "text/x-shellscript",
        "application/node.eks.aws",
    ]


def test_no_registry_has_a_second_address_beside_the_mirror():
    script = mirror_script("registry.corp.example")
    addresses = {line.partition('"')[2].rstrip('"]') for line in script.splitlines() if "https://" in line}
    assert addresses
    assert all(each.startswith("https://registry.corp.example/v2/") for each in addresses)

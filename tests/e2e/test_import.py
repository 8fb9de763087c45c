"""What exists becomes part of an environment: everything of a lost state, and a network that others have made."""

import re
import shutil


def test_a_lost_state_is_imported_back_from_a_template(product):
    """Every object by its id: nothing is left to create, and nothing was made or changed on the way."""
    product.begin()
    product("apply local --yes")
    made, rendered = product.made(), product.rendered()
    ids = {one["urn"]: one["id"] for one in product("state list local --json").json["resources"]}
    shutil.rmtree(product.folder / ".provisioner/state")
    product("import local --write-template ids.yaml")
    template = product.folder / "ids.yaml"
    filled, count = re.subn(
        r'^(urn:\S+): ""$', lambda line: f'{line[1]}: "{ids[line[1]]}"', template.read_text(), flags=re.M
    )
    assert count == sum(made.values()) + len(rendered)
    template.write_text(filled)
    said = product("import local --file ids.yaml --yes").out
    assert f"{count} as the environment wants them, 0 that the next apply changes" in said
    product.in_a_row(
        "plan local --detailed-exitcode", "plan local --refresh --detailed-exitcode", "state verify local"
    )
    assert (product.made(), product.rendered()) == (made, rendered)


def test_a_network_that_others_made_is_taken_over(product):
    """It differs: the message says which setting would match. It matches: it gets our tags, and is used."""
    product.begin()
    ec2 = product.cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    refused = product(f"import small small-network-vpc {vpc} --yes", code=1)
    assert "network.cidr: 10.77.0.0/16  (environments/small.yaml:5)" in refused.out
    assert not (product.folder / ".provisioner/state/.pulumi/stacks").exists()
    product.setting("cidr: 10.10.0.0/16", "cidr: 10.77.0.0/16")
    said = product(f"import small small-network-vpc {vpc} --yes").out
    assert "gets the tags Name, data-class, environment, layer, managed-by, owner" in said
    product("apply small --yes")
    (ours,) = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["small-network-vpc"]}])["Vpcs"]
    assert ours["VpcId"] == vpc
    product("plan small --refresh --detailed-exitcode")

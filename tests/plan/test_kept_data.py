"""Deleting what holds data in a cluster is a loss, unless the data stays, or there is only a file."""

import pytest

from provisioner.causes import explained
from provisioner.plan.model import Risk
from provisioner.plan.risk import losses
from provisioner.plan.values import UNKNOWN
from tests.support.plans import KEY, plan, step, urn

NAMESPACE = "kubernetes:core/v1:Namespace"
VOLUME = "kubernetes:core/v1:PersistentVolume"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
SET = "kubernetes:apps/v1:StatefulSet"
CRD = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
SNAPSHOT = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot"
CONTENT = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotContent"
PROVIDER = "pulumi:providers:kubernetes"
FOLDER = {"renderYamlToDirectory": "gitops/dev.us-east-1/platform"}


def lost(*steps, is_disposable=False):
    """Names of what the plan loses, as an explained plan has it."""
    shown = explained(plan(*steps), None, is_disposable=is_disposable)
    return [loss.step.name for loss in losses(shown)]


def spec(**fields):
    return {"metadata": {"name": "x"}, "spec": fields}


@pytest.mark.parametrize(
    ("type", "old", "is_lost"),
    [
        pytest.param(NAMESPACE, {}, True, id="a namespace, with all that is in it"),
        pytest.param(CRD, {}, True, id="a kind, with every object of it"),
        pytest.param(CLAIM, spec(), True, id="a claim"),
        pytest.param(VOLUME, spec(), False, id="a volume that was made by hand"),
        pytest.param(VOLUME, spec(persistentVolumeReclaimPolicy="Retain"), False, id="one that is retained"),
        pytest.param(VOLUME, spec(persistentVolumeReclaimPolicy="Delete"), True, id="one that goes"),
        pytest.param(VOLUME, spec(persistentVolumeReclaimPolicy="Recycle"), True, id="one that is wiped"),
        pytest.param(VOLUME, spec(persistentVolumeReclaimPolicy=UNKNOWN), True, id="one that may go"),
        pytest.param(SET, spec(), False, id="a set without volumes"),
        pytest.param(SET, spec(volumeClaimTemplates=[{}]), False, id="a set whose claims stay"),
        pytest.param(
            SET,
            spec(volumeClaimTemplates=[{}], persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete"}),
            True,
            id="a set whose claims go",
        ),
        pytest.param(SNAPSHOT, spec(), True, id="a snapshot"),
        pytest.param(CONTENT, spec(deletionPolicy="Retain"), False, id="a snapshot that is retained"),
        pytest.param("kubernetes:core/v1:ConfigMap", {}, False, id="what holds nothing"),
        pytest.param("kubernetes:core/v1:NamespacePatch", {}, False, id="somebody else's namespace"),
    ],
)
@pytest.mark.parametrize("op", ["delete", "replace"])
def test_what_goes_with_an_object(op, type, old, is_lost):
    assert lost(step(op, type, "x", old)) == (["x"] if is_lost else [])
    assert lost(step(op, type, "x", old), is_disposable=True) == []


@pytest.mark.parametrize("op", ["create", "update", "same"])
def test_what_stays_is_no_loss(op):
    assert lost(step(op, NAMESPACE, "x")) == []


def test_a_claim_on_a_volume_that_stays_is_no_loss():
    volume = {"metadata": {"name": "weights"}, "spec": {"persistentVolumeReclaimPolicy": "Retain"}}
    storage = {"metadata": {"name": "careful"}, "reclaimPolicy": "Retain"}
    claims = (
        step("delete", CLAIM, "by-name", spec(volumeName="weights")),
        step("delete", CLAIM, "by-class", spec(storageClassName="careful")),
        step("delete", CLAIM, "another", spec(storageClassName="gp3")),
    )
    assert lost(step("same", VOLUME, "v", volume), step("same", CLASS, "c", storage), *claims) == ["another"]
    assert lost(*claims) == ["by-name", "by-class", "another"]


@pytest.mark.parametrize("op", ["same", "delete"])
def test_in_a_folder_nothing_holds_data_and_the_cloud_beside_it_does(op):
    steps = (
        step("delete", NAMESPACE, "x", provider=urn(PROVIDER, "files")),
        step("delete", KEY, "k", provider=urn("pulumi:providers:aws", "aws")),
    )
    assert lost(step(op, PROVIDER, "files", FOLDER, FOLDER), *steps) == ["k"]
    assert lost(step(op, PROVIDER, "files", {}, {}), *steps) == ["x", "k"]


def test_what_was_in_a_cluster_is_a_loss_also_when_the_next_goes_into_a_folder():
    change = step("replace", PROVIDER, "files", {}, FOLDER)
    assert lost(change, step("replace", NAMESPACE, "x", provider=urn(PROVIDER, "files"))) == ["x"]


def test_a_file_says_what_was_found_when_it_was_written():
    """The provider of a step is in no plan file."""
    shown = explained(plan(step("delete", NAMESPACE, "x")), None, is_disposable=False)
    assert shown.steps[0].risk is Risk.DATA_LOSS


@pytest.mark.parametrize(
    ("settings", "is_lost"),
    [
        pytest.param({"messageRetentionSeconds": 300}, False, id="notices"),
        pytest.param({"messageRetentionSeconds": 301}, True, id="messages"),
        pytest.param({"messageRetentionSeconds": UNKNOWN}, True, id="who knows"),
        pytest.param({}, True, id="as SQS keeps them"),
    ],
)
@pytest.mark.parametrize("op", ["delete", "replace"])
def test_a_queue_that_forgets_within_minutes_holds_nothing(op, settings, is_lost):
    assert lost(step(op, "aws:sqs/queue:Queue", "x", settings)) == (["x"] if is_lost else [])

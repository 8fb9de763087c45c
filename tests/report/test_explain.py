"""Every failure has its sentences: what went wrong, why that is a problem, what to type."""

from pathlib import Path

import pytest

from provisioner.engine import definition_failures as d
from provisioner.engine import engine_failures as e
from provisioner.engine import failures as f
from provisioner.engine import image_failures as images
from provisioner.engine import import_failures as i
from provisioner.engine import key_failures as keys
from provisioner.engine import state_failures as away
from provisioner.engine import model_failures as models
from provisioner.engine import plan_failures as p
from provisioner.engine import policy_failures as policy
from provisioner.engine import plugin_failures as plugins
from provisioner.engine import project_failures as projects
from provisioner.plan.importing import Hindrance, Import, Obstacle
from provisioner.plan.moves import Move, Moved
from provisioner.providers.interface import Refused
from provisioner.report.explain import explain
from provisioner.report.message import Trouble, render
from tests.support.plans import KEY, NETWORK, REPOSITORY, VPC, urn

TRACEBACK = "Traceback (most recent call last):\n  File \"program.py\", line 7, in main\nKeyError: 'size'"
FAILURES = (
    f.ProtectedResources((urn(KEY, "local-key"), urn(VPC, "local-vpc"))),
    f.ProgramFailed("local.us-east-1", "KeyError: 'size'", TRACEBACK),
    f.HookFailed(urn(VPC, "v"), "the hook drain is not registered"),
    f.InvalidInputs(
        ((urn(VPC, "v"), "cidrBlock", "it is required"), (urn(KEY, "k"), "tags", "51 are too many")),
        {urn(VPC, "v"): "network, environments/dev.yaml:9"},
    ),
    f.UnknownType("aws:ec2/vcp:Vcp", (VPC,)),
    f.NoProvider(urn(VPC, "v"), "aws"),
    f.DuplicateUrn(urn(VPC, "v")),
    f.AliasTaken(urn(VPC, "v"), urn(VPC, "w")),
    f.UnknownParent(urn(VPC, "v"), urn(NETWORK, "n")),
    f.StateIsLocked("foundation/local.us-east-1", "ann@desk, process 4711, since 2026-11-21T08:00:00Z"),
    f.StateIsDamaged(Path("state/local.us-east-1.json"), "line 3 is not what was written"),
    f.StateBreaksRules(("`a` depends on `b`, which comes after it",)),
    f.StateNotWritten(Path("state/local.us-east-1.jsonl"), "No space left on device", is_journaled=True),
    f.NewerState(Path("state/local.us-east-1.json"), "format 5"),
    f.PassphraseMissing("dev.us-east-1"),
    f.PassphraseWrong("dev.us-east-1"),
    f.PlanHasChanged(urn(VPC, "v"), "update", "replace"),
    f.AmbiguousObject(urn(VPC, "v"), ("vpc-1", "vpc-2")),
    f.CloudNotRead(VPC, "You are not authorized to perform this operation.", "UnauthorizedOperation"),
    f.LocalCloudNotStarted(Path(".provisioner/local/server.log"), "ImportError: no module named moto"),
    f.LocalCloudNotStopped(4711),
    f.LocalCloudGone(),
    f.WrongAccount("111122223333", "444455556666"),
    f.NoCredentials("111122223333", "Unable to locate credentials"),
    f.LossNotApproved((("delete", urn(KEY, "k"), "everything that is encrypted with it"),)),
    f.NoTerminal("provisioner apply dev --yes"),
    f.RegionsMoved((f.MovedRegion("eu-west-1", "10.21.0.0/16", "10.22.0.0/16"),)),
    f.NoSuchResource("local-vcp", ("local-vpc",)),
    f.NoSuchOutput("vpc", ("vpcCidr", "vpcId")),
    f.FileExists(Path("environments/prod.yaml")),
    f.FileNotWritten(Path("environments/prod.yaml"), "Permission denied"),
    f.AnswersMissing(("--owner ADDRESS",), "provisioner init --name prod --owner ADDRESS"),
    f.NoClusterWanted(),
    f.NoClusterYet("eu-west-1", ("us-east-1",)),
    f.ForeignCluster("./kubeconfig", "on-prem"),
    f.NoToken("prod-us-east-1", "Unable to locate credentials"),
    p.ReplacedOutside(("urn:pulumi:dev.us-east-1::foundation::aws:ec2/vpc:Vpc::v",)),
    p.NeedsPlan("replace", "urn:pulumi:dev::shop::aws:kms/key:Key::models"),
    p.PlanMoved("dev", (Move(Moved.EXPIRED, planned="2026-11-21 08:00 UTC", now="2026-11-22 08:00 UTC"),)),
    p.PlanFileDamaged("dev.plan", "its digest is wrong: it was cut short, or changed after it was written"),
    p.PlanFileNewer("dev.plan", "provisioner/plan-file/2"),
    p.OutsideScope(urn(VPC, "v"), urn(KEY, "k"), "depends on"),
    p.OutputOutsideScope("cluster dev.us-east-1", "vpcId", urn(VPC, "v")),
    p.NothingMatches(("*::vcp",)),
    p.SeveralMatch({"v": (urn(KEY, "v"), urn(VPC, "v"))}),
    away.StateIsAway(
        "s3://example-state/ml",
        "The provided token has expired.",
        "ExpiredToken",
        Path(".provisioner/buckets/example-state/ml/journals/foundation/dev.us-east-1.jsonl"),
    ),
    away.StateIsTakenOver(
        "foundation/dev.us-east-1",
        "ben@ci, process 17, since 2026-11-21T08:00:00Z",
        Path(".provisioner/buckets/example-state/ml/journals/foundation/dev.us-east-1.jsonl"),
    ),
    away.NoConditionalWrites("s3://example-state/ml"),
    away.NoSuchVersion(7, 3),
    away.SealedOtherwise("foundation/dev.us-east-1", 7),
    away.KeyRefused("dev.us-east-1", "awskms://alias/state", "Alias not found.", "NotFoundException"),
    keys.NoSuchKey("dev-dta-key", 0, ("dev-data-key",)),
    keys.KeyIsNeeded(
        (keys.Losing(urn(KEY, "k"), "delete", (urn(REPOSITORY, "r"),), ("snapshot snap-1 in us-east-1",)),),
        "provisioner destroy dev",
    ),
    away.OperationsAreOpen("dev.us-east-1", 2),
    away.NeitherPassphrase("dev.us-east-1"),
    away.SamePassphrase("dev.us-east-1"),
    away.OutOfReach("state: {backend: .provisioner}"),
    i.ImportRefused(
        (Obstacle(kind=Hindrance.GONE, wish=Import(resource="v", id="vpc-1"), urn=urn(VPC, "v"), type=VPC),),
        {VPC: "vpc-…"},
        "provisioner import dev v vpc-1",
    ),
    i.NotAnImportFile((("ids.yaml:2", "`v` has no id, but something that has parts"),)),
    i.NothingListed("ids.yaml"),
    images.NoMirror(),
    images.ImagesNotLocked(
        "registry.corp.example",
        (("registry.corp.example/registry.k8s.io/kueue/kueue:v0.19.2", "it is not there"),),
        29,
    ),
    i.NoCloudToImportFrom(),
    models.NothingSeals("sealed_by"),
    models.ModelNotRead("weights/link", "it is neither a file nor a folder, or it leads to none"),
    models.ModelUnsound("model.sealed", "it was sealed as ranker 17, not as triage 17"),
    models.NoModelStore("on-prem", is_to_come=False),
    models.KeyIsNotThere("model-ranker", is_written=True),
    plugins.FateUnknown(urn(VPC, "v"), VPC),
    plugins.NoHelm((urn("kubernetes:helm.sh/v3:Release", "kueue"),)),
    projects.NotAProject(
        Path("shop/Pulumi.yaml"),
        "its runtime is `go`, and the embedded engine runs Python programs",
        "run it with `pulumi`.",
    ),
    projects.BadConfiguration("size", "it must be of type `integer`"),
    projects.MissingConfiguration("dev", Path("shop/Pulumi.dev.yaml"), ("name", "size")),
    d.DefinitionsNotFetched(
        (
            ("kueue 0.19.2", "the `helm` program is not on the PATH"),
            ("argo-cd v3.4.4", "https://example.com/crd.yaml was not to be had: Name or service not known"),
        )
    ),
    d.DefinitionsUnusable(
        Path("kueue-0.19.2.tgz"),
        "there is no CustomResourceDefinition in it",
        tuple(f"kueue-0.19.2.tgz: kueue/templates/{number}.yaml" for number in range(5)),
    ),
    e.HeldByOther("foundation/dev.us-east-1", "pulumi", "embedded"),
    e.UnfinishedThere("foundation/dev.us-east-1", "embedded", (f"creating {urn(VPC, 'v')}",)),
    e.NotWithThisEngine("importing", "pulumi", "pulumi import TYPE NAME ID"),
    e.EngineFailed("foundation/dev.us-east-1", "Preview failed: unknown stack"),
    e.EngineNotInstalled("3.272.0"),
    e.EngineUnusable("/usr/bin/pulumi", "The minimum CLI version requirement is 3.2.0-alpha."),
    e.EngineNotFetched("3.272.0", "curl: (6) Could not resolve host: get.pulumi.com"),
    e.ArchiveUnusable(Path("pulumi.tar.gz"), "it holds no `pulumi`"),
    policy.RefusedByPolicy(
        (
            policy.Stopping(
                rule="BL-EKS-001", title="t", urn=urn(VPC, "v"), path="vpcConfig", message="It is open.",
                fix="Close it.", place="environments/dev.yaml:3",
            ),
        )
    ),
    policy.StoppedByPolicy(
        policy.Stopping(
            rule="BL-KMS-002", title="t", urn=urn(KEY, "k"), path="policy", message="Everybody may use it.",
            fix="Name who may.", place="",
        )
    ),
    policy.RulesBroken("rules/acme.py", "SyntaxError: invalid syntax"),
    Refused("The repository is not empty", code="RepositoryNotEmptyException"),
)  # fmt: skip


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_message(failure, golden):
    golden(render(explain(failure, "dev")))


def test_every_failure_is_explained():
    assert {type(failure) for failure in FAILURES} == {*f.Failure.__subclasses__(), Refused} - {
        f.RecordsNotChanged  # what it can be has a test of its own
    }
    assert all(explain(failure, "dev").trouble is not Trouble.UNEXPLAINED for failure in FAILURES)


def test_no_two_failures_share_an_id():
    assert len({explain(failure, "dev").trouble for failure in FAILURES}) == len(FAILURES)
    assert len({trouble.code for trouble in Trouble}) == len(Trouble)


NOTHING_BEGUN = (
    f.StateNotWritten(Path("state/local.us-east-1.lock"), "Permission denied"),
    away.StateIsAway("s3://example-state/ml", "Access Denied", "AccessDenied"),
    Refused("The repository is not empty", code="RepositoryNotEmptyException"),
)


@pytest.mark.parametrize("failure", NOTHING_BEGUN, ids=lambda failure: type(failure).__name__)
def test_what_is_to_be_typed_is_the_command_that_failed(failure):
    said = render(explain(failure, "dev", "provisioner state rm dev v --yes"))
    assert said.endswith("\n      provisioner state rm dev v --yes\n")
    assert "apply" not in said
    assert "journal" not in said


def test_what_was_probably_meant_can_be_copied():
    failure = p.NothingMatches(("lcal-vpc", "key"), (urn(VPC, "local-vpc"), urn(KEY, "key")))
    said = render(explain(failure, "dev", "provisioner plan dev --target=lcal-vpc --exclude key"))
    command = f"provisioner plan dev --target={urn(VPC, 'local-vpc')} --exclude {urn(KEY, 'key')}"
    assert said.endswith(f"\n      {command}\n")


def test_a_failure_of_tomorrow_is_told_all_the_same():
    class Tomorrow(Exception):
        pass

    assert "Tomorrow: rain" in render(explain(Tomorrow("rain"), "dev"))


def test_an_empty_state_has_no_outputs_to_name():
    assert "nothing is applied yet" in render(explain(f.NoSuchOutput("vpc", ()), "dev"))


def test_what_a_cloud_says_cannot_move_the_cursor():
    assert "\x1b" not in render(explain(Refused("\x1b[2Jgone", code="X"), "dev"))


def test_a_command_to_type_is_the_one_that_was_called():
    said = render(
        explain(f.NoCredentials("111122223333", "none"), "provisioner"), program=".venv/bin/provisioner"
    )
    assert said.endswith("\n      AWS_PROFILE=NAME .venv/bin/provisioner plan provisioner\n")

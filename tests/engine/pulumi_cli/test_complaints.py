"""What Pulumi's engine says is wrong, as failures that have a name here."""

import pytest
from pulumi.automation import CommandError, CommandResult
from pulumi.automation.errors import create_command_error
from pulumi.automation.events import DiagnosticEvent

from provisioner.engine import failures as f
from provisioner.engine.engine_failures import EngineFailed
from provisioner.engine.interface import Stack
from provisioner.engine.pulumi_cli.complaints import failure

STACK = Stack("layer", "dev.here", "here", lambda: None)
URN = "urn:pulumi:dev.here::layer::fake:index:Thing::a"
SAID = {
    f'unable to replace resource "{URN}"\nas it is currently marked for protection. To unprotect': (
        f.ProtectedResources((URN,))
    ),
    f'resource "{URN}" cannot be deleted\nbecause it is protected. To unprotect': f.ProtectedResources(
        (URN,)
    ),
    "fake:index:Thing resource 'a': property size value {-1} has a problem: it is less than 0": (
        f.InvalidInputs(((URN, "size", "it is less than 0"),))
    ),
    "fake:index:Thing resource 'a' has a problem: it has no name": f.InvalidInputs(
        ((URN, "", "it has no name"),)
    ),
    "Default provider for 'fake' disabled. 'fake:index:Thing' must use an explicit provider.": (
        f.NoProvider(URN, "fake")
    ),
    f"resource {URN} violates plan: properties changed: +-size[{{1}}!={{2}}]": (
        f.PlanHasChanged(URN, "what it says", "properties changed: +-size[{1}!={2}]")
    ),
    "replace is not allowed by the plan: this resource is constrained to update": (
        f.PlanHasChanged(URN, "what it says", "this resource is constrained to update")
    ),
    "python inline source runtime error: no such size\nTraceback (most recent call last):\n  …": (
        f.ProgramFailed("dev.here", "no such size", "Traceback (most recent call last):\n  …")
    ),
    "The stack organization/foundation/dev.here has no output `vpcId`: what makes it was never applied": (
        f.ProgramFailed(
            "dev.here",
            "The stack organization/foundation/dev.here has no output `vpcId`: what makes it was never applied",
            "",
            ("organization/foundation/dev.here", "vpcId"),
        )
    ),
    "a plugin has crashed": EngineFailed("layer/dev.here", "a plugin has crashed"),
}


@pytest.mark.parametrize("message", SAID)
def test_a_sentence_of_the_engine_has_a_name(message):
    said = [
        DiagnosticEvent(message=f"{message}\n", color="never", severity="error", urn=URN),
        DiagnosticEvent(message="preview failed", color="never", severity="error"),
    ]
    found = failure(STACK, CommandError(CommandResult("", "", 1)), said)
    assert (type(found), vars(found)) == (type(SAID[message]), vars(SAID[message]))


def test_a_lock_tells_its_holder():
    error = create_command_error(
        CommandResult(
            "",
            "error: the stack is currently locked by 1 lock(s). Either wait …\n  file:///x.json: created by "
            "ann@desk (pid 4711) at 2026-11-21T08:00:00Z",
            255,
        )
    )
    locked = failure(STACK, error, ())
    assert isinstance(locked, f.StateIsLocked)
    assert locked.holder == "ann@desk, process 4711, since 2026-11-21T08:00:00Z"


def test_a_wrong_passphrase_is_told():
    error = CommandError(CommandResult("", "error: getting secrets manager: incorrect passphrase", 255))
    assert isinstance(failure(STACK, error, ()), f.PassphraseWrong)


def test_without_a_word_standard_error_is_what_is_told():
    error = CommandError(CommandResult("", "error: no such bucket", 255))
    assert failure(STACK, error, ()).reason == "error: no such bucket"

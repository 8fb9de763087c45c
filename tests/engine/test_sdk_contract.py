"""What the engine takes for granted of Pulumi's SDK. After an update of the SDK these fail first, and say where."""

import inspect
import re
import threading

import grpc
import pytest
from pulumi.runtime import mocks, rpc, rpc_manager, settings, stack
from pulumi.runtime.proto import alias_pb2, engine_pb2, resource_pb2, resource_pb2_grpc

from provisioner.engine.embedded import monitor, waiting


def fields(message):
    return {field.name for field in message.DESCRIPTOR.fields}


def test_our_wait_takes_the_place_of_the_sdks():
    """`program.py` puts it into `pulumi.runtime.stack`, where `run_pulumi_func` looks it up by name."""
    ours = inspect.signature(waiting.quiescence)
    theirs = inspect.signature(stack.wait_for_rpcs)
    assert [(each.name, each.default) for each in ours.parameters.values()] == [
        (each.name, each.default) for each in theirs.parameters.values()
    ]
    assert inspect.iscoroutinefunction(stack.wait_for_rpcs)
    assert "await wait_for_rpcs()" in inspect.getsource(stack.run_pulumi_func)


def test_what_our_wait_looks_at_is_there():
    bag = settings.Settings(project="p", stack="s")
    assert bag.outputs == set()
    assert isinstance(bag.lock, type(threading.Lock()))
    calls = rpc_manager.RPCManager()
    assert (calls.rpcs, calls.unhandled_exception, calls.exception_traceback) == ([], None, None)


def test_settings_take_a_monitor_and_an_engine_that_are_objects():
    parameters = inspect.signature(settings.Settings).parameters
    assert parameters.keys() >= {
        "project",
        "stack",
        "monitor",
        "engine",
        "dry_run",
        "organization",
        "root_directory",
    }
    bag = settings.Settings(
        project="p", stack="s", monitor=(ours := mocks.MockMonitor), engine=mocks.MockEngine
    )
    assert bag.monitor is ours


def test_settings_are_context_variables():
    """So two programs run at once without seeing each other's."""
    for name in ("rpc_manager", "lock", "outputs", "monitor", "engine", "project", "stack", "dry_run"):
        assert type(inspect.getattr_static(settings.Settings, name)).__name__ == "ContextProperty"


def test_features_keep_their_numbers():
    """We name those we have; a new one is one we do not have."""
    numbers = {name.removeprefix("RESOURCE_MONITOR_FEATURE_"): number for name, number in _features().items()}
    assert numbers["SECRETS"] == 0
    assert {name for name, number in numbers.items() if number in monitor.FEATURES} == {
        "SECRETS",
        "RESOURCE_REFERENCES",
        "ALIAS_SPECS",
        "DELETED_WITH",
        "REPLACE_WITH",
        "REPLACEMENT_TRIGGER",
        "TRANSFORMS",
        "INVOKE_TRANSFORMS",
        "RESOURCE_HOOKS",
        "ERROR_HOOKS",
    }
    assert fields(resource_pb2.DeploymentInfo) >= {"supportedFeatures"}


def _features():
    return {
        name: number
        for name, number in vars(resource_pb2).items()
        if name.startswith("RESOURCE_MONITOR_FEATURE_")
    }


@pytest.mark.parametrize(
    ("message", "names"),
    [
        (
            resource_pb2.RegisterResourceRequest,
            {
                "type", "name", "parent", "custom", "object", "protect", "dependencies", "provider",
                "propertyDependencies", "deleteBeforeReplace", "deleteBeforeReplaceDefined", "version",
                "ignoreChanges", "additionalSecretOutputs", "aliasURNs", "importId", "customTimeouts", "remote",
                "replaceOnChanges", "retainOnDelete", "aliases", "deletedWith", "replacement_trigger",
            },
        ),
        (resource_pb2.RegisterResourceResponse, {"urn", "id", "object"}),
        (resource_pb2.ReadResourceRequest, {"type", "name", "id", "parent", "properties", "dependencies", "provider"}),
        (resource_pb2.ReadResourceResponse, {"urn", "id", "properties"}),
        (resource_pb2.RegisterResourceOutputsRequest, {"urn", "outputs"}),
        (resource_pb2.ResourceInvokeRequest, {"tok", "args", "provider"}),
        (resource_pb2.ResourceInvokeResponse, {"return", "unknown"}),
        (alias_pb2.Alias, {"urn", "spec"}),
        (alias_pb2.Alias.Spec, {"name", "type", "stack", "project", "parentUrn", "noParent"}),
        (engine_pb2.LogRequest, {"severity", "message", "urn"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_messages_have_the_fields_that_are_read_and_written(message, names):
    assert fields(message) >= names


def test_a_new_option_of_a_resource_is_noticed():
    """Whoever updates the SDK supports it, refuses it, or adds it here: none is ignored in silence."""
    read = {
        "type", "name", "parent", "custom", "object", "dependencies", "propertyDependencies", "provider", "version",
        "protect", "retainOnDelete", "deleteBeforeReplace", "deleteBeforeReplaceDefined", "ignoreChanges",
        "replaceOnChanges", "aliasURNs", "aliases", "additionalSecretOutputs", "customTimeouts", "deletedWith",
    }  # fmt: skip
    refused_by_us = {"remote", "importId", "replacement_trigger"}
    refused_by_the_sdk = {"transforms", "hooks", "replace_with", "state_migrations"}
    about_the_program_text = {"sourcePosition", "stackTrace", "parentStackTraceHandle", "snippetId"}
    about_plugins = {"pluginDownloadURL", "pluginChecksums", "packageRef", "envVarMappings"}
    about_the_protocol = {
        "acceptSecrets", "acceptResources", "supportsPartialValues", "supportsResultReporting", "accepts_byte_string",
        "aliasSpecs",
    }  # fmt: skip
    without_effect = {"hideDiffs", "providers"}  # the SDK itself passes providers on to children
    known = read | refused_by_us | refused_by_the_sdk | about_the_program_text | about_plugins
    known |= about_the_protocol | without_effect
    assert fields(resource_pb2.RegisterResourceRequest) == known


def test_every_call_of_the_monitor_is_answered_or_declined():
    ours = monitor.Monitor(lambda _: None, lambda *_: {})
    calls = [name for name in vars(resource_pb2_grpc.ResourceMonitorServicer) if not name.startswith("_")]
    assert {"RegisterResource", "ReadResource", "Invoke"} <= set(calls)
    for name in calls:
        assert callable(getattr(ours, name))
    with pytest.raises(grpc.RpcError) as declined:
        ours.RegisterPackage(None)
    assert declined.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_a_stopped_engine_ends_a_program_quietly():
    """`UNAVAILABLE` becomes an error with these words, by which `program.py` knows it."""
    from pulumi.errors import RunError

    with pytest.raises((RunError, grpc.RpcError)) as caught:
        settings.handle_grpc_error(monitor.Stopped())
    assert "Resource monitor has terminated" in str(caught.value)


def test_other_refusals_become_exceptions_with_our_text():
    with pytest.raises(Exception, match="not like this"):
        settings.handle_grpc_error(monitor.Declined(grpc.StatusCode.UNKNOWN, "not like this"))


def test_the_marks_of_values_are_where_we_look_for_them():
    for name in (
        "_special_sig_key",
        "_special_secret_sig",
        "_special_resource_sig",
        "_special_output_value_sig",
    ):
        assert isinstance(getattr(rpc, name), str)
    assert rpc.UNKNOWN == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def test_what_keeps_functions_has_all_that_the_sdk_gives_its_server():
    """`callbacks.Kept` takes its place, and makes no server."""
    from provisioner.engine.embedded import callbacks

    made = inspect.getsource(callbacks._CallbackServicer.__init__)
    given = set(re.findall(r"self\.(_\w+) =", made))
    ours = set(re.findall(r"self\.(_\w+) =", inspect.getsource(callbacks.Kept.__init__)))
    assert given - ours == {"_server"}
    assert type(inspect.getattr_static(settings.Settings, "callbacks")).__name__ == "ContextProperty"
    assert "SETTINGS.callbacks" in inspect.getsource(settings._get_callbacks)

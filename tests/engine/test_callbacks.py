"""Functions that programs register: found where the program runs, or dialled where a plugin runs."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2

from provisioner.engine.embedded.callbacks import HERE, Callback, Unreachable


class Elsewhere(callback_pb2_grpc.CallbacksServicer):
    """A server as the SDK has one in a plugin."""

    def Invoke(self, request, context):
        if request.token == "refuses":
            context.abort(grpc.StatusCode.UNKNOWN, "it refuses")
        asked = resource_pb2.TransformRequest.FromString(request.request)
        answer = resource_pb2.TransformResponse(properties=asked.properties)
        answer.properties["seen"] = asked.name
        return callback_pb2.CallbackInvokeResponse(response=answer.SerializeToString())


@pytest.fixture
def address():
    server = grpc.server(ThreadPoolExecutor(2))
    callback_pb2_grpc.add_CallbacksServicer_to_server(Elsewhere(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


def test_a_function_of_a_plugin_is_dialled(address):
    answer = Callback("token", address).waited_for(resource_pb2.TransformRequest(name="a"))
    assert answer.properties["seen"] == "a"


def test_its_refusal_comes_back(address):
    with pytest.raises(grpc.RpcError) as caught:
        Callback("refuses", address)(resource_pb2.TransformRequest()).result()
    assert caught.value.details() == "it refuses"


def test_a_function_that_nobody_keeps_is_not_there():
    with pytest.raises(Unreachable):
        Callback("token", HERE)(resource_pb2.TransformRequest())

"""What makes a command start quickly changes nothing of what it starts."""

import subprocess
import sys

PROGRAM = """
import sys
if sys.argv[1] == "prepared":
    from provisioner.cli import startup
    startup.prepare()
import dataclasses, pickle

@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Point:
    x: int
    y: list = dataclasses.field(default_factory=list, compare=False)
    z: str = "z"

@dataclasses.dataclass
class Loose:
    a: int = 1

def told(do):
    try:
        return do()
    except Exception as error:
        return f"{type(error).__name__}: {error}".replace("__create_fn__.<locals>.", "")

class Looser(Loose):
    pass

one, same, more = Point(1), Point(1, [5]), dataclasses.replace(Point(1), x=2)
print(one, one == same, hash(one) == hash(same), one < more, more, Point.__match_args__, Point.__slots__)
print(one.y is Point(1).y, dataclasses.asdict(more), pickle.loads(pickle.dumps(one)) == one)
print(told(lambda: setattr(one, "x", 3)), told(lambda: delattr(one, "x")), told(Point), told(lambda: Point(1, w=2)))
print(Loose(), Loose() == Loose(1), Loose() == 1, told(lambda: hash(Loose())), vars(Loose(2)))
print(Looser(), Looser(3) == Looser(3), Looser(3) == Loose(3), told(lambda: Loose.__init__()))
match one:
    case Point(x, z=text):
        print(x, text)
import http.client, importlib.metadata, tempfile
print(http.client.HTTPConnection.__name__, importlib.metadata.version("pulumi"), tempfile.gettempdir())
import pulumi, grpc
print(pulumi.dynamic.Resource.__name__, pulumi.automation.Stack.__name__, pulumi.policy.__name__, grpc.aio.Channel.__name__)
"""


def told(how):
    ran = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    return ran.stdout.replace("Point.__init__", "__init__")


def test_classes_and_modules_are_the_same_with_and_without():
    assert told("prepared") == told("plain")


LATE = """
import sys, threading
from provisioner.cli import startup
startup.prepare()
import grpc, pulumi, ssl
import importlib.metadata
import importlib.metadata
library = "grpc._cython.cygrpc"
print(library in sys.modules, hasattr(ssl, "SSLContext") and "_ssl" in sys.modules)
before = grpc.RpcError
seen = []
threads = [threading.Thread(target=lambda: seen.append(grpc.StatusCode.UNKNOWN)) for _ in range(8)]
[each.start() for each in threads], [each.join() for each in threads]
print(library in sys.modules, len(set(seen)), len(seen))
from grpc import RpcError
import grpc._channel
class OfLibrary(RpcError): pass
class Ours(before): pass
for error in (OfLibrary, Ours, grpc._channel._InactiveRpcError):
    print(issubclass(error, grpc.RpcError))
try:
    raise OfLibrary
except grpc.RpcError as caught:
    print(type(caught).__name__)
"""


def test_what_is_put_off_is_loaded_once_whoever_asks():
    ran = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines() == [
        "False True",
        "True 1 8",
        *["True"] * 3,
        "OfLibrary",
    ], ran.stderr


FIRST = """
from provisioner.cli import startup
startup.prepare()
import grpc
print(grpc.aio.Channel.__module__, grpc.aio.Channel.__name__, grpc.Channel.__name__)
"""


def test_what_is_in_a_package_that_is_put_off_is_loaded_behind_it():
    ran = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=False)
    assert ran.stdout == "grpc.aio._base_channel Channel Channel\n", ran.stderr

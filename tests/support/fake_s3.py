"""S3 in memory, as far as the state needs it; `tests/backends/test_objects.py` holds it against moto."""

import hashlib
import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from io import BytesIO

from botocore.exceptions import ClientError


class FakeS3:
    """One bucket. Whoever writes with a condition looks and writes in one step."""

    def __init__(self):
        self.objects = {}
        self._lock = threading.Lock()

    def client(self):
        """A client of it; each has a weather of its own."""
        return FakeClient(self)


class FakeClient:
    """The calls of botocore's client that are made, and what meets them on their way."""

    def __init__(self, server):
        self._server = server
        self._fault = lambda number: None
        self.before = self.after = lambda number: None
        """Called before and after each request, with its number."""

        self.requests = []

    def put_object(self, Bucket, Key, Body, Metadata=None, IfMatch=None, IfNoneMatch=None):
        def put(objects):
            found = objects.get(Key)
            if IfNoneMatch and found:
                raise error("PreconditionFailed", 412)
            if IfMatch and not found:
                raise error("NoSuchKey", 404)
            if IfMatch and found["ETag"] != IfMatch:
                raise error("PreconditionFailed", 412)
            objects[Key] = stored(Body, Metadata or {})
            return {"ETag": objects[Key]["ETag"]}

        return self._call("PUT", Key, put)

    def get_object(self, Bucket, Key):
        def get(objects):
            if Key not in objects:
                raise error("NoSuchKey", 404)
            found = objects[Key]
            now = format_datetime(datetime.now(UTC), usegmt=True)
            return {
                "Body": BytesIO(found["Body"]),
                "ETag": found["ETag"],
                "Metadata": found["Metadata"],
                "LastModified": found["LastModified"],
                "ResponseMetadata": {"HTTPHeaders": {"date": now}},
            }

        return self._call("GET", Key, get)

    def head_object(self, Bucket, Key):
        def head(objects):
            if Key not in objects:
                raise error("404", 404)
            return {"ETag": objects[Key]["ETag"]}

        return self._call("HEAD", Key, head)

    def copy_object(self, Bucket, Key, CopySource):
        def copy(objects):
            if CopySource["Key"] not in objects:
                raise error("NoSuchKey", 404)
            found = objects[CopySource["Key"]]
            objects[Key] = stored(found["Body"], found["Metadata"])

        return self._call("COPY", Key, copy)

    def delete_objects(self, Bucket, Delete):
        keys = [each["Key"] for each in Delete["Objects"]]

        def delete(objects):
            for key in keys:
                objects.pop(key, None)
            return {}

        return self._call("DELETE", keys[0], delete)

    def get_paginator(self, name):
        assert name == "list_objects_v2"
        return self

    def paginate(self, Bucket, Prefix):
        def keys(objects):
            found = sorted(key for key in objects if key.startswith(Prefix))
            return [{"Contents": [{"Key": key, "Size": len(objects[key]["Body"])} for key in found]}]

        return self._call("LIST", Prefix, keys)

    def _call(self, method, key, do):
        number = len(self.requests)
        self.requests.append(f"{method} {key.rpartition('.pulumi/')[2]}")
        self.before(number)
        try:
            with self._server._lock:
                fault = self._fault(number)
                return fault(lambda: do(self._server.objects)) if fault else do(self._server.objects)
        finally:
            self.after(number)

    def clear(self):
        """From now on everything arrives."""
        self._fault = self.before = self.after = lambda number: None
        self.requests.clear()

    def from_request(self, first, fault):
        """From this request on each meets the fault."""
        self.requests.clear()
        self._fault = lambda number: fault if number >= first else None

    def at_request(self, only, fault):
        """This one request meets the fault."""
        self.requests.clear()
        self._fault = lambda number: fault if number == only else None


def stored(body, metadata):
    """An object as the server has it."""
    tag = f'"{hashlib.md5(body).hexdigest()}"'
    now = datetime.now(UTC).replace(microsecond=0)
    return {"Body": bytes(body), "ETag": tag, "Metadata": metadata, "LastModified": now}


def error(code, status, message="said the test"):
    """What botocore makes of an answer that is an error."""
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "TheCall")

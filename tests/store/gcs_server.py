"""A few routes of Google Cloud Storage's JSON API, for gcsfs.

Written after the API's documentation: objects with generations, `ifGenerationMatch=0`, 412 and 404
with the API's error bodies, ranges, listings by prefix and delimiter with pages. Buckets: `bucket`,
`forbidden`, and `zonal-ignores`, which takes the precondition and overwrites all the same. Prints
its port.
"""

import email.parser
import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

BUCKETS = {"bucket": {}, "zonal-ignores": {}, "forbidden": {}}
PAGE = 7  # small, so that listings come in pages
lock = threading.Lock()
generation = 0


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        """Says nothing."""

    def answer(self, status, document=None, body=b"", **headers):
        if document is not None:
            body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def fail(self, status, message):
        self.answer(status, {"error": {"code": status, "message": message, "errors": []}})

    def do(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        match = re.fullmatch(
            r"(?:/upload|/download)?/storage/v1/b/([^/]+)(?:/o(?:/(.*))?)?", url.path
        )
        if not match:
            return self.fail(404, "Not Found")
        bucket, key = match[1], unquote(match[2] or "")
        if bucket not in BUCKETS:
            return self.fail(404, "The specified bucket does not exist.")
        if bucket == "forbidden":
            return self.fail(403, "someone does not have storage.objects access.")
        with lock:
            objects = BUCKETS[bucket]
            if self.command == "POST" and url.path.startswith("/upload"):
                return self.upload(bucket, objects, query, body)
            if self.command == "GET" and not key:
                return self.list(objects, query)
            if key not in objects:
                return self.fail(404, f"No such object: {bucket}/{key}")
            if self.command == "DELETE":
                del objects[key]
                return self.answer(204)
            info, data = objects[key]
        if query.get("alt") != "media":
            return self.answer(200, info)
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if wanted is None:
            return self.answer(200, body=data)
        start, end = int(wanted[1]), int(wanted[2])
        if start >= len(data):
            return self.fail(416, "The requested range cannot be satisfied.")
        return self.answer(206, body=data[start : end + 1])

    do_GET = do_POST = do_DELETE = do_HEAD = do

    def upload(self, bucket, objects, query, body):
        global generation
        # Parts as in RFC 2387, but gcsfs ends its lines with a line feed alone.
        boundary = email.parser.Parser().parsestr(f"Content-Type: {self.headers['Content-Type']}\n")
        mark = b"--" + boundary.get_param("boundary").encode()
        first, _, rest = body.removeprefix(mark).partition(b"\n" + mark)
        metadata = json.loads(first.partition(b"\n\n")[2])
        data = rest.partition(b"\n\n")[2].rpartition(b"\n" + mark + b"--")[0]
        key = metadata["name"]
        if query.get("ifGenerationMatch") == "0" and key in objects and bucket == "bucket":
            return self.fail(412, "At least one of the pre-conditions you specified did not hold.")
        generation += 1
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime()) + f"{time.time() % 1:.6f}"[2:5]
        info = {
            "kind": "storage#object", "name": key, "bucket": bucket, "size": str(len(data)),
            "generation": str(generation), "timeCreated": f"{stamp}Z", "updated": f"{stamp}Z",
        }  # fmt: skip
        objects[key] = info, data
        return self.answer(200, info)

    def list(self, objects, query):
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        after = query.get("pageToken", "")
        items, prefixes, last = [], [], ""
        for key in sorted(objects):
            rest = key.removeprefix(prefix)
            if not key.startswith(prefix):
                continue
            folder = prefix + rest.partition(delimiter)[0] + delimiter
            name = folder if delimiter and delimiter in rest else key
            if name <= after or name == last:
                continue
            if len(items) + len(prefixes) == PAGE:
                return self.page(items, prefixes, nextPageToken=last)
            last = name
            if name == key:
                items.append(objects[key][0])
            else:
                prefixes.append(name)
        return self.page(items, prefixes)

    def page(self, items, prefixes, **more):
        kind = "storage#objects"
        return self.answer(200, {"kind": kind, "items": items, "prefixes": prefixes, **more})


class Server(ThreadingHTTPServer):
    """With room for all who connect at once."""

    request_queue_size = 128
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)  # noqa: T201
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()

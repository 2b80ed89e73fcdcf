"""`wave run [--no-reload] app`: runs an app behind a server that runs already."""
import asyncio
import importlib
import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlparse

import h2o_wave


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        page = asyncio.run(
            h2o_wave.main(asked["route"], self.headers.get("Wave-Username"), asked["args"])
        )
        body = json.dumps(page).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, form, *values):
        pass


def main():
    names = [arg for arg in sys.argv[1:] if not arg.startswith("-")]
    if len(names) != 2 or names[0] != "run":
        sys.exit("usage: wave run [--no-reload] app")
    sys.path.insert(0, ".")
    importlib.import_module(names[1])
    address = urlparse(os.environ.get("H2O_WAVE_APP_ADDRESS", "http://127.0.0.1:8000"))
    server = ThreadingHTTPServer((address.hostname, address.port), Handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    h2o_wave.register()
    print(f"stand-in app of {names[1]} at {address.geturl()}")
    server.serve_forever()

"""Counts words; what was counted is kept on the volume."""
import html
import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import wordtally

DIRECTORY = os.environ.get("APP_STORE_VOLUME_PATH", "/data")
FILE = os.path.join(DIRECTORY, "texts.json")
PORT = int(os.environ.get("PORT", "8080"))
KEPT = 20
LONGEST = 20_000
os.makedirs(DIRECTORY, exist_ok=True)

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Word Count</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>
:root{{color-scheme:light dark}}
body{{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:2rem 1rem}}
textarea{{font:inherit;width:100%;box-sizing:border-box;min-height:8rem;padding:.5rem}}
button{{font:inherit;padding:.4rem .9rem;border-radius:8px;border:1px solid}}
</style></head><body><h1>Word Count</h1>
<form method="post"><textarea name="text" aria-label="Text" required>{text}</textarea><button>Count</button></form>
<ol>{texts}</ol><small>wordtally {version}</small></body></html>"""


def read():
    try:
        with open(FILE, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return []


def write(texts):
    with open(FILE + ".new", "w", encoding="utf-8") as file:
        json.dump(texts[-KEPT:], file)
    os.replace(FILE + ".new", FILE)


def line(text):
    counted = wordtally.tally(text)
    common = ", ".join(f"{word} ({times})" for word, times in counted.common[:3])
    return f"<li>{counted.words} words: {html.escape(text[:80])} <small>{html.escape(common)}</small></li>"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.split("?")[0] != "/":
            self.send_error(404)
            return
        body = PAGE.format(
            text="",
            texts="".join(line(text) for text in reversed(read())),
            version=wordtally.__version__,
        ).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        length = min(int(self.headers.get("content-length", 0)), 4 * LONGEST)
        form = parse_qs(self.rfile.read(length).decode("utf-8", "replace"))
        text = form.get("text", [""])[0][:LONGEST].strip()
        if text:
            write(read() + [text])
        self.send_response(303)
        self.send_header("location", "/")
        self.end_headers()

    def log_message(self, form, *values):
        print(form % values)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print(f"word count listens on port {PORT} with wordtally {wordtally.__version__}")
ThreadingHTTPServer(("", PORT), Handler).serve_forever()

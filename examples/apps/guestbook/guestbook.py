"""A guestbook: http.server and sqlite3 of the standard library."""
import html
import os
import signal
import sqlite3
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

DIRECTORY = os.environ.get("APP_STORE_VOLUME_PATH", "/data")
PORT = int(os.environ.get("PORT", "8080"))
LONGEST = 500
os.makedirs(DIRECTORY, exist_ok=True)
database = sqlite3.connect(
    os.path.join(DIRECTORY, "guestbook.db"), check_same_thread=False
)
database.execute(
    "create table if not exists entries"
    "(id integer primary key, name text, line text, at text default current_timestamp)"
)
lock = threading.Lock()

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Guestbook</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>
:root{{color-scheme:light dark}}
body{{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:0 auto;padding:2rem 1rem}}
form{{display:flex;flex-wrap:wrap;gap:.5rem}}
input{{font:inherit;padding:.5rem .75rem;border-radius:8px;border:1px solid;flex:1}}
button{{font:inherit;padding:.4rem .9rem;border-radius:8px;border:1px solid}}
blockquote{{margin:1rem 0;padding-left:1rem;border-left:4px solid #e0a526}}
</style></head><body><h1>Guestbook</h1>
<form method="post"><input name="name" aria-label="Name" placeholder="Name" value="{who}" required maxlength="80">
<input name="line" aria-label="Line" placeholder="A line" required maxlength="500"><button>Sign</button></form>
{entries}</body></html>"""


def entries():
    with lock:
        rows = database.execute(
            "select name, line, at from entries order by id desc limit 100"
        ).fetchall()
    return "".join(
        f"<blockquote>{html.escape(line)}<br><small>{html.escape(name)}, {at}</small></blockquote>"
        for name, line, at in rows
    ) or "<p>Nobody has signed yet.</p>"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.split("?")[0] != "/":
            self.send_error(404)
            return
        who = html.escape(self.headers.get("X-App-Store-User", "").split("/")[-1], True)
        body = PAGE.format(entries=entries(), who=who).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        length = min(int(self.headers.get("content-length", 0)), 10_000)
        form = parse_qs(self.rfile.read(length).decode("utf-8", "replace"))
        name, line = (form.get(key, [""])[0][:LONGEST].strip() for key in ("name", "line"))
        if name and line:
            with lock:
                database.execute("insert into entries(name, line) values (?, ?)", (name, line))
                database.commit()
        self.send_response(303)
        self.send_header("location", "/")
        self.end_headers()

    def log_message(self, form, *values):
        print(form % values)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print(f"guestbook listens on port {PORT}, keeps its entries in {DIRECTORY}")
ThreadingHTTPServer(("", PORT), Handler).serve_forever()

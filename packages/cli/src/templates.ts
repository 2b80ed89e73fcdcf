/** The first files of each kind of app. */

/** What a person said of the app. */
interface Answers {
  name: string;
  title: string;
}

/** One kind of app. */
export interface Template {
  about: string;
  /** What there is to know before it is published. */
  next: string;
  files(answers: Answers): Record<string, string>;
}

const IGNORE = `# Files that are not packed, with the rules of gitignore.
.env
*.log
`;

function toml({ name, title }: Answers, rest: string, lifecycle = ''): string {
  return `[App]
Name = ${JSON.stringify(name)}
Version = "0.1.0"
Title = ${JSON.stringify(title)}
Description = "One line for the store page."
LongDescription = "about.md"
${lifecycle}
${rest}`;
}

const about = ({ title }: Answers) =>
  `### What it does\n\n${title} says hello.\n`;

function common(answers: Answers, runtime: string): Record<string, string> {
  return {
    'app.toml': toml(answers, runtime),
    'about.md': about(answers),
    '.appignore': IGNORE,
  };
}

const html = (title: string) =>
  title.replace(/[&<>"']/g, c => `&#${c.codePointAt(0)};`);

/** Kinds by their name. */
export const TEMPLATES: Record<string, Template> = {
  node: {
    about: 'a Node.js web app',
    next: 'It uses no packages. Add a package.json to use some.',
    files: answers => ({
      ...common(
        answers,
        `[Runtime]
AppMode = "node"
Module = "server.js"
MemoryLimit = "256Mi"
`,
      ),
      'server.js': `const { createServer } = require('node:http');

const port = Number(process.env.PORT || 8080);
const title = ${JSON.stringify(html(answers.title))};

const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(\`<!doctype html><title>\${title}</title><h1>Hello from \${title}</h1>\`);
});
server.listen(port, () => console.log(\`listening on port \${port}\`));

// The store sends SIGTERM before it ends an app.
process.on('SIGTERM', () => process.exit(0));
`,
    }),
  },
  python: {
    about: 'a Python web app',
    next: 'It uses no packages. Add a requirements.txt to use some.',
    files: answers => ({
      ...common(
        answers,
        `[Runtime]
AppMode = "python"
Module = "app"
Port = 8080
MemoryLimit = "256Mi"
`,
      ),
      'app.py': `import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = int(os.environ.get("PORT", "8080"))
TITLE = ${JSON.stringify(html(answers.title))}
PAGE = f"<!doctype html><title>{TITLE}</title><h1>Hello from {TITLE}</h1>".encode()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)


# The store sends SIGTERM before it ends an app.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print(f"listening on port {PORT}", flush=True)
ThreadingHTTPServer(("", PORT), Handler).serve_forever()
`,
    }),
  },
  static: {
    about: 'a static site',
    next: 'The app serves the files in site/.',
    files: answers => ({
      ...common(
        answers,
        `[Runtime]
AppMode = "static"
Module = "site"
MemoryLimit = "128Mi"
`,
      ),
      'site/index.html': `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width,initial-scale=1" />
    <title>${html(answers.title)}</title>
  </head>
  <body>
    <h1>Hello from ${html(answers.title)}</h1>
  </body>
</html>
`,
    }),
  },
  wave: {
    about: 'an H2O Wave app',
    next: 'It installs h2o-wave when it starts. The store must reach a package index, or the bundle must contain a wheel.',
    files: answers => ({
      ...common(
        answers,
        `[Runtime]
Module = "app"
MemoryLimit = "1Gi"
`,
      ),
      'requirements.txt': 'h2o-wave>=1.0\n',
      'app.py': `from h2o_wave import Q, app, main, ui  # noqa: F401


@app("/")
async def serve(q: Q):
    q.page["hello"] = ui.markdown_card(
        box="1 1 4 2",
        title=${JSON.stringify(answers.title)},
        content="Hello!",
    )
    await q.page.save()
`,
    }),
  },
  streamlit: {
    about: 'a Streamlit app',
    next: 'It installs streamlit when it starts. The store must reach a package index.',
    files: answers => ({
      ...common(
        answers,
        `[Runtime]
AppMode = "python"
Module = "run"
Port = 8501
MemoryLimit = "1Gi"
`,
      ),
      'requirements.txt': 'streamlit>=1.40\n',
      'run.py': `"""Starts Streamlit as the store starts apps: python -m run."""
import os
import sys

from streamlit.web import cli

sys.argv = [
    "streamlit",
    "run",
    "page.py",
    "--server.headless=true",
    "--server.address=0.0.0.0",
    f"--server.port={os.environ.get('PORT', '8501')}",
    "--browser.gatherUsageStats=false",
]
sys.exit(cli.main())
`,
      'page.py': `import streamlit as st

st.title(${JSON.stringify(answers.title)})
st.write("Hello!")
`,
    }),
  },
  container: {
    about: 'a container image',
    next: 'The store must allow the image: appStore.allowedCustomImages.',
    files: answers =>
      common(
        answers,
        `[Runtime]
AppMode = "container"
CustomImage = "docker.io/nginxinc/nginx-unprivileged:stable"
Port = 8080
MemoryLimit = "256Mi"
`,
      ),
  },
  link: {
    about: 'a link to an application that runs elsewhere',
    next: 'The store runs nothing. It opens the address.',
    files: answers => ({
      'app.toml': toml(
        answers,
        `[Link]
Address = "https://example.com"
`,
        'InstanceLifecycle = "LINK"\n',
      ),
      'about.md': about(answers),
      '.appignore': IGNORE,
    }),
  },
};

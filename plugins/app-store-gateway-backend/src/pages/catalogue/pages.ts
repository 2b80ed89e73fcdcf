/**
 * The public catalogue's pages: PUBLIC apps for people who are not signed in. No
 * script; pictures come from this host, by way of the store. Pure.
 */
import type {
  App,
  StoreInfo,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { escape } from '../renderPage';

/** What every page shows. */
export interface Frame {
  store: Pick<StoreInfo, 'branding'>;
  portalUrl: string;
}

const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1c2430;--soft:#5a6675;--line:#dde2e8;--accent:#1f5493}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1b212a;--ink:#e8ecf1;--soft:#a3afbd;--line:#2c3541;--accent:#8ab4f0}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header,main{max-width:70rem;margin:0 auto;padding:16px 24px}
header{display:flex;gap:16px;align-items:center;justify-content:space-between;flex-wrap:wrap}
header a.home{font-size:1.15rem;font-weight:700;color:inherit;text-decoration:none}
a{color:var(--accent)}a:focus-visible,input:focus-visible,button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.go{display:inline-block;padding:8px 16px;border-radius:8px;background:var(--accent);color:var(--card);text-decoration:none;font-weight:600;border:0;font-size:1rem}
form{display:flex;gap:8px;margin:8px 0 24px}input{flex:1;max-width:28rem;padding:8px 12px;border-radius:8px;border:1px solid var(--line);background:var(--card);color:inherit;font:inherit}
ul.apps{list-style:none;margin:0 0 16px;padding:0;display:grid;gap:16px;grid-template-columns:repeat(auto-fill,minmax(min(18rem,100%),1fr))}
ul.apps a{display:flex;gap:16px;height:100%;background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px;color:inherit;text-decoration:none}
ul.apps a:hover{border-color:var(--accent)}
.icon{width:56px;height:56px;border-radius:12px;flex:none;object-fit:cover;background:var(--line);display:grid;place-items:center;font-weight:700;color:var(--soft)}
h1{font-size:1.5rem;margin:8px 0 16px}h2{font-size:1.05rem;margin:0 0 4px}p{margin:0 0 12px}.soft{color:var(--soft)}
.about{display:flex;gap:24px;align-items:flex-start;flex-wrap:wrap}.about .icon{width:88px;height:88px}
section.long h2,section.long h3{margin:16px 0 8px;font-size:1.05rem}section.long pre{overflow-x:auto}section.long .plain{white-space:pre-wrap}section.long{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px;overflow-wrap:anywhere}
.shots{display:flex;gap:16px;overflow-x:auto;padding-bottom:8px}.shots img{height:260px;border-radius:8px;border:1px solid var(--line)}`;

function page(options: {
  frame: Frame;
  title: string;
  nonce: string;
  body: string;
}): string {
  const { frame, title, nonce, body } = options;
  const name = frame.store.branding.title;
  const color = frame.store.branding.color;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escape(title)}</title><style nonce="${nonce}">${STYLE}${
    // A line, as on the portal's pages: words in any colour could not be promised to be readable.
    color ? `body{border-top:4px solid ${escape(color)}}` : ''
  }</style></head>
<body><header><a class="home" href="/">${escape(name)}</a><a href="${escape(
    frame.portalUrl,
  )}/app-store">Sign in</a></header>
<main>${body}</main></body></html>`;
}

function icon(app: App): string {
  return app.icon
    ? `<img class="icon" alt="" src="${escape(app.icon)}">`
    : `<span class="icon" aria-hidden="true">${escape(
        [...app.title][0] ?? '?',
      )}</span>`;
}

/** The list of apps, with a search. */
export function renderList(options: {
  frame: Frame;
  nonce: string;
  apps: App[];
  search: string;
  nextCursor?: string;
}): string {
  const { frame, nonce, apps, search, nextCursor } = options;
  const items = apps
    .map(
      app => `<li><a href="/apps/${encodeURIComponent(app.id)}">${icon(
        app,
      )}<div>
<h2>${escape(app.title)}</h2><p class="soft">${escape(
        app.description,
      )}</p></div></a></li>`,
    )
    .join('\n');
  const more = nextCursor
    ? `<p><a href="/?${escape(
        new URLSearchParams({
          ...(search ? { search } : {}),
          cursor: nextCursor,
        }).toString(),
      )}">More apps</a></p>`
    : '';
  const nothing = search
    ? `<p>No public app matches this search. <a href="/">Show all</a></p>`
    : '<p>There are no public apps yet. Sign in to see the apps of your organization.</p>';
  return page({
    frame,
    nonce,
    title: frame.store.branding.title,
    body: `<h1>Public apps</h1>
<form role="search" action="/"><input type="search" name="search" aria-label="Search public apps" value="${escape(
      search,
    )}" maxlength="200"><button class="go">Search</button></form>
${apps.length ? `<ul class="apps">${items}</ul>` : nothing}${more}`,
  });
}

/** One app. */
export function renderApp(options: {
  frame: Frame;
  nonce: string;
  app: App;
  /** Its long description, laid out. */
  about: string;
  /** Where it is open to everybody already. */
  visitUrl?: string;
}): string {
  const { frame, nonce, app, about, visitUrl } = options;
  const portal = `${frame.portalUrl}/app-store/apps/${encodeURIComponent(
    app.id,
  )}`;
  const open =
    visitUrl ??
    (app.lifecycle === 'LINK' && /^https?:/.test(app.linkAddress ?? '')
      ? app.linkAddress
      : undefined);
  return page({
    frame,
    nonce,
    title: `${app.title} · ${frame.store.branding.title}`,
    body: `<div class="about">${icon(app)}<div><h1>${escape(app.title)}</h1>
<p>${escape(app.description)}</p><p class="soft">Version ${escape(
      app.version,
    )}</p>
<p>${
      open
        ? `<a class="go" href="${escape(open)}">Open</a>`
        : `<a class="go" href="${escape(portal)}">Sign in to run it</a>`
    }</p></div></div>
${
  app.screenshots.length
    ? `<div class="shots">${app.screenshots
        .map(
          (path, n) =>
            `<img loading="lazy" alt="Screenshot ${n + 1}" src="${escape(
              path,
            )}">`,
        )
        .join('')}</div>`
    : ''
}
${about ? `<section class="long" aria-label="About">${about}</section>` : ''}
<p><a href="/">All public apps</a></p>`,
  });
}

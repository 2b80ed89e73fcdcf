/** An answer of the gateway as a page. No script, style or picture comes from elsewhere. */
import type { Answer } from './answers';

/** Text as it may stand in a page. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);
}

const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1c2430;--soft:#5a6675;--line:#dde2e8;--accent:#1f5493}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1b212a;--ink:#e8ecf1;--soft:#a3afbd;--line:#2c3541;--accent:#8ab4f0}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif;padding:24px}
main{background:var(--card);border:1px solid var(--line);border-radius:12px;max-width:34rem;width:100%;padding:32px}
h1{font-size:1.35rem;line-height:1.3;margin:0 0 12px}p{margin:0 0 12px}.soft{color:var(--soft)}
a.go{display:inline-block;margin-top:8px;padding:8px 16px;border-radius:8px;background:var(--accent);color:var(--card);text-decoration:none;font-weight:600}
a.go:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.bar{height:4px;border-radius:2px;overflow:hidden;background:var(--line);margin:16px 0}
.bar i{display:block;height:100%;width:30%;background:var(--accent);animation:move 1.4s infinite ease-in-out}
@keyframes move{0%{margin-left:-30%}100%{margin-left:100%}}
@media (prefers-reduced-motion:reduce){.bar i{animation:none;width:100%;opacity:.5}}
code{color:var(--soft);font-size:.85rem}`;

/** Follows the state and leads in when the app is ready. */
const SCRIPT = `
const text=document.getElementById('detail');
async function look(){
  try{
    const r=await fetch('/.app-store/status',{headers:{accept:'application/json'},cache:'no-store'});
    const s=await r.json();
    if(s.ready){location.reload();return}
    if(s.detail&&text.textContent!==s.detail)text.textContent=s.detail;
    if(s.code&&s.code!==document.body.dataset.code){location.reload();return}
  }catch{}
  setTimeout(look,700);
}
setTimeout(look,400);`;

/** Headers of a page of the gateway's own. */
export function ownPage(nonce: string): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}

/** The answer as a page. */
export function renderPage(answer: Answer, nonce: string): string {
  const { problem: p, link } = answer;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${escape(
    answer.title,
  )}</title><style nonce="${nonce}">${STYLE}</style></head>
<body data-code="${escape(p.code)}"><main><h1>${escape(answer.title)}</h1>
<p id="detail" role="status" aria-live="polite">${escape(p.detail)}</p>
${
  answer.progress && answer.status === 503
    ? '<div class="bar" aria-hidden="true"><i></i></div>'
    : ''
}
<p class="soft">${escape(p.remedy)}</p>
${
  link
    ? `<p><a class="go" href="${escape(link.href)}">${escape(
        link.text,
      )}</a></p>`
    : ''
}
<code>${p.status} ${escape(p.code)}</code></main>
${
  answer.progress ? `<script nonce="${nonce}">${SCRIPT}</script>` : ''
}</body></html>`;
}

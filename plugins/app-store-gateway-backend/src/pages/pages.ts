/**
 * What the gateway itself shows: one page for each state of an instance, the same
 * for programs as problem details. No script, style or picture comes from elsewhere.
 */
import type {
  GatewayRoute,
  ProblemDetails,
} from '@ai-app-store/backstage-plugin-app-store-common';

/** One answer of the gateway. */
export interface Answer {
  status: number;
  problem: ProblemDetails;
  title: string;
  /** A way on: text and address. */
  link?: { text: string; href: string };
  /** Shown while an app starts; the page follows it and leads in. */
  progress?: boolean;
  retryAfterSeconds?: number;
}

function problem(
  status: number,
  code: string,
  detail: string,
  owner: ProblemDetails['owner'],
  remedy: string,
): ProblemDetails {
  return {
    type: 'about:blank',
    title: code.toLocaleLowerCase('en-US').replaceAll('_', ' '),
    status,
    detail,
    code,
    owner,
    remedy,
  };
}

/** What a launch is at; the words of two of them are the specification's (7.2). */
export const STAGE_TEXTS: Record<string, string> = {
  accepted: 'Accepted, waiting for a place',
  scheduled: 'A place was found',
  bundle: 'Sourcing The Wave Application',
  dependencies: 'Installing Application Dependencies',
  starting: 'Starting the application',
  ready: 'Ready',
};

export const answers = {
  foreignHost: (): Answer => ({
    status: 421,
    title: 'Not a host of this gateway',
    problem: problem(
      421,
      'FOREIGN_HOST',
      'This gateway does not serve that host name.',
      'you',
      'Use the address that the app store shows.',
    ),
  }),
  badRequest: (detail: string): Answer => ({
    status: 400,
    title: 'The request cannot be read',
    problem: problem(
      400,
      'BAD_REQUEST',
      detail,
      'you',
      'Send a well-formed request.',
    ),
  }),
  headTooLarge: (): Answer => ({
    status: 431,
    title: 'This site’s cookies are too large',
    problem: problem(
      431,
      'HEAD_TOO_LARGE',
      'Your browser sent more cookies than this gateway reads. Another app may have set them.',
      'you',
      'Your browser was asked to delete the cookies of this site. Try again. If this page comes back, delete them in the settings of your browser.',
    ),
    link: { text: 'Try again', href: '' },
  }),
  tooSlow: (): Answer => ({
    status: 408,
    title: 'The request took too long',
    problem: problem(
      408,
      'TOO_SLOW',
      'The request did not arrive in time.',
      'you',
      'Send it again.',
    ),
  }),
  unknown: (portal: string): Answer => ({
    status: 404,
    title: 'There is no app here',
    problem: problem(
      404,
      'NO_SUCH_APP',
      'No app instance has this address. It may have been terminated.',
      'you',
      'Check the address, or find the app in the store.',
    ),
    link: { text: 'Go to the app store', href: `${portal}/app-store` },
  }),
  unassigned: (name: string, portal: string): Answer => ({
    status: 404,
    title: 'This address leads nowhere now',
    problem: problem(
      404,
      'ALIAS_UNASSIGNED',
      `The alias ${name} is not assigned to an app instance.`,
      'author',
      'Whoever owns the alias assigns it to an instance.',
    ),
    link: { text: 'Go to the app store', href: `${portal}/app-store` },
  }),
  notLoaded: (): Answer => ({
    status: 503,
    title: 'The gateway is starting',
    retryAfterSeconds: 1,
    progress: true,
    problem: problem(
      503,
      'GATEWAY_STARTING',
      'The gateway does not know its apps yet.',
      'platform',
      'It takes a moment; try again.',
    ),
  }),
  signIn: (): Answer => ({
    status: 401,
    title: 'Sign in first',
    problem: problem(
      401,
      'NOT_SIGNED_IN',
      'This app is for people who are signed in.',
      'you',
      'Open the app in a browser and sign in.',
    ),
  }),
  forbidden: (portal: string, person: string | undefined): Answer => ({
    status: 403,
    title: 'This app instance is not shared with you',
    problem: problem(
      403,
      'NOT_ADMITTED',
      `${
        person ? `You are signed in as ${person}, and this` : 'This'
      } instance is private or not shared with you.`,
      'you',
      'Ask its owner to share it, or start your own from the store.',
    ),
    link: { text: 'Go to the app store', href: `${portal}/app-store` },
  }),
  unknownPerson: (portal: string): Answer => ({
    status: 401,
    title: 'The app store no longer knows you',
    problem: problem(
      401,
      'PERSON_UNKNOWN',
      'Your account was removed from this portal, so you were signed out of its apps.',
      'admin',
      'If you should still have access, ask an admin to add you to the catalog again.',
    ),
    link: { text: 'Go to the app store', href: `${portal}/app-store` },
  }),
  serviceWorker: (): Answer => ({
    status: 403,
    title: 'No service worker here',
    problem: problem(
      403,
      'SERVICE_WORKER_REFUSED',
      'This address is an alias and may lead to another app later. A service worker would stay in the browsers of visitors and control that app.',
      'author',
      "The app works without a service worker here. Delete or unassign the alias to have one at the instance's own address.",
    ),
  }),
  foreignPage: (): Answer => ({
    status: 403,
    title: 'This request came from another page',
    problem: problem(
      403,
      'FOREIGN_PAGE',
      'A page of another address asked this app to do something in your name.',
      'you',
      "Do it on the app's own page.",
    ),
  }),
  badTicket: (): Answer => ({
    status: 400,
    title: 'This sign-in did not come to its end',
    problem: problem(
      400,
      'BAD_TICKET',
      'The link was used already, is too old, or was begun in another browser.',
      'you',
      'Open the app again.',
    ),
    link: { text: 'Open the app', href: '/' },
  }),
  suspended: (route: GatewayRoute, portal: string): Answer => ({
    status: 503,
    title: `${route.title} is suspended`,
    problem: problem(
      503,
      'SUSPENDED',
      'The instance is suspended; its data volume is kept.',
      'you',
      'Resume it in the portal if it is yours, or ask its owner.',
    ),
    link: {
      text: 'Open it in the portal',
      href: `${portal}/app-store/instances/${route.id}`,
    },
  }),
  starting: (route: GatewayRoute): Answer => ({
    status: 503,
    title: `${route.title} is starting`,
    progress: true,
    retryAfterSeconds: 1,
    problem: problem(
      503,
      'STARTING',
      `${STAGE_TEXTS[route.stage ?? 'accepted']}.${
        route.problem ? ` ${route.problem.message}` : ''
      }`,
      route.problem?.owner ?? 'platform',
      route.problem?.remedy ?? 'This page leads in by itself.',
    ),
  }),
  crashed: (route: GatewayRoute, portal: string): Answer => ({
    status: 502,
    title: route.restarting
      ? `${route.title} is restarting`
      : `${route.title} does not run`,
    progress: true,
    problem: problem(
      502,
      route.problem?.code ?? 'CRASHED',
      `${route.problem?.message ?? 'The app ended.'}${restartsOf(route)}`,
      route.problem?.owner ?? 'author',
      route.problem?.remedy ?? 'Look at its log in the portal.',
    ),
    link: {
      text: 'Open it in the portal',
      href: `${portal}/app-store/instances/${route.id}`,
    },
  }),
  gone: (portal: string): Answer => ({
    status: 410,
    title: 'This app instance was terminated',
    problem: problem(
      410,
      'GONE',
      'The instance was terminated.',
      'you',
      'Start a new one from the store.',
    ),
    link: { text: 'Go to the app store', href: `${portal}/app-store` },
  }),
  unreachable: (route: GatewayRoute): Answer => ({
    status: 502,
    title: `${route.title} does not answer`,
    retryAfterSeconds: 2,
    problem: problem(
      502,
      'UNREACHABLE',
      'The app closed the connection or does not answer at the moment.',
      'author',
      'Try again in a moment.',
    ),
    link: { text: 'Try again', href: '' },
  }),
  storeAway: (): Answer => ({
    status: 503,
    title: 'The app store does not answer',
    retryAfterSeconds: 2,
    problem: problem(
      503,
      'STORE_AWAY',
      'Whether you may open this app cannot be found out at the moment.',
      'platform',
      'Try again in a moment.',
    ),
  }),
};

/** How often an app that ends by itself was started again, as a sentence. */
function restartsOf({ restarting, restartCount = 0 }: GatewayRoute): string {
  if (!restarting || !restartCount) return '';
  return ` Restarted ${restartCount} ${restartCount === 1 ? 'time' : 'times'}.`;
}

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

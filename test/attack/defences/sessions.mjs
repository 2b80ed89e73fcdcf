// Sessions, keys, aliases that move, and the way into an app (findings 4, 11, 24, 30).
const GATEWAY = 'plugins/app-store-gateway-backend/src';
const STORE = 'plugins/app-store-backend/src';

/** @param {string} name */
const aliases = name => ({ jest: `${GATEWAY}/server/aliases.test.ts`, name });
/** @param {string} name */
const formerApps = name => ({
  jest: `${GATEWAY}/upstream/formerApp.test.ts`,
  name,
});
/** @param {string} name */
const keys = name => ({ jest: `${GATEWAY}/sessions/KeyStore.test.ts`, name });
/** @param {string} name */
const gateways = name => ({
  jest: `${GATEWAY}/sessions/Revocations.test.ts`,
  name,
});
/** @param {string} name */
const entry = name => ({
  jest: `${GATEWAY}/sessions/entryRouter.test.ts`,
  name,
});
/** @param {string} name */
const names = name => ({ jest: `${STORE}/aliases/aliasNames.test.ts`, name });

export default [
  {
    finding: 4,
    name: 'a session belongs to the instance that its host led to',
    file: `${GATEWAY}/sessions/SessionStore.ts`,
    from: '? session.instanceId === instanceId',
    to: '? true',
    test: aliases('a session of the former instance is none of the next'),
  },
  {
    finding: 4,
    name: 'a session without an instance counts only where the host bears its id',
    file: `${GATEWAY}/sessions/SessionStore.ts`,
    from: ': host.startsWith(`${instanceId}.`);',
    to: ': true;',
    test: aliases('a session that the release before made at an alias is none'),
  },
  {
    finding: 4,
    name: 'scripts of service workers are refused under aliases',
    file: `${GATEWAY}/authorize/RequestAuthorizer.ts`,
    from: "if (host.kind === 'alias' && isServiceWorkerScript(request)) {",
    to: 'if (Math.random() > 2) {',
    test: aliases('no script of a service worker is served under an alias'),
  },
  {
    finding: 4,
    name: 'the first navigation after a move clears the site',
    file: `${GATEWAY}/upstream/formerApp.ts`,
    from: `headers: { 'clear-site-data': '"cache", "storage"' },`,
    to: 'headers: {},',
    test: aliases('the first navigation after a move clears the site'),
  },
  {
    finding: 4,
    name: 'the mark is of this host and instance',
    file: `${GATEWAY}/sessions/HandOff.ts`,
    from: "JSON.stringify(['mark', host, instanceId, who])",
    to: "JSON.stringify(['mark', host, who])",
    test: aliases('the first navigation after a move clears the site'),
  },
  {
    finding: 4,
    name: 'the mark is of one person',
    file: `${GATEWAY}/sessions/HandOff.ts`,
    from: 'if (person && who !== digest(person)) return false;',
    to: '',
    test: aliases("somebody else's mark, put in place by a page"),
  },
  {
    finding: 4,
    name: 'cookies of the former app do not reach the next one',
    file: `${GATEWAY}/server/AppProxy.ts`,
    from: 'ownCookies: clearing ? namesOfCookies(request) : ownCookies,',
    to: 'ownCookies,',
    test: aliases('the next app gets no cookie of the former one'),
  },
  {
    finding: 4,
    name: 'nor by a socket',
    file: `${GATEWAY}/server/upgrade.ts`,
    from: 'ownCookies: authorized.clearing ? namesOfCookies(request) : ownCookies,',
    to: 'ownCookies,',
    test: aliases('the next app gets no cookie of the former one'),
  },
  {
    finding: 4,
    name: 'cookies below a path expire as well',
    file: `${GATEWAY}/upstream/expiringCookies.ts`,
    from: 'const names = [...shown, ...known.map(({ name }) => name)].filter(',
    to: 'const names = [...shown].filter(',
    test: aliases('cookies below a path, which the browser does not show'),
  },
  {
    finding: 4,
    name: 'a browser has the mark only where all cookies were let expire',
    file: `${GATEWAY}/upstream/expiringCookies.ts`,
    from: 'if (bytes > BYTES) return { lines, place };',
    to: 'if (bytes > BYTES) return { lines };',
    test: formerApps('cookies of the former app below paths do not keep'),
  },
  {
    finding: 4,
    name: 'cookies expire from where the last answer ended',
    file: `${GATEWAY}/upstream/formerApp.ts`,
    from: 'if (!after || place > after) after = place;',
    to: '',
    test: formerApps('that ends, whatever the next app sets'),
  },
  {
    finding: 4,
    name: 'the present app is not asked between such answers',
    file: `${GATEWAY}/authorize/RequestAuthorizer.ts`,
    from: 'if (clearing?.goesOn)',
    to: 'if (Math.random() > 2)',
    test: formerApps('more cookies than an answer lets expire'),
  },
  {
    finding: 4,
    name: 'the name of a deleted alias rests',
    file: `${STORE}/aliases/AliasRepository.ts`,
    from: 'if (resting && resting.lastOwnerRef !== alias.creatorRef)',
    to: 'if (resting && !alias.name)',
    test: names('rest for seven days'),
  },
  {
    finding: 4,
    name: 'only admins free a name',
    file: `${STORE}/policy/rows/alias.ts`,
    from: 'free: [admins],',
    to: 'free: [created, admins],',
    test: names('admins free them'),
  },
  {
    finding: 11,
    name: 'keys lie in the database sealed',
    file: `${GATEWAY}/sessions/KeyStore.ts`,
    from: 'value: await seal(by, name, clear ?? (await make())),',
    to: 'value: clear ?? (await make()),',
    test: keys('no key is in the database in clear'),
  },
  {
    finding: 11,
    name: 'keys that were there in clear are dropped',
    file: `${GATEWAY}/sessions/KeyStore.ts`,
    from: "await this.#knex('keys').where({ name }).delete();",
    to: '',
    test: keys('keys that lie there in clear are taken over sealed'),
  },
  {
    finding: 11,
    name: 'a sealed value is none in another row',
    file: `${GATEWAY}/sessions/KeyStore.ts`,
    from: 'if (protectedHeader.typ !== name)',
    to: 'if (!name)',
    test: keys('a value is none in another row'),
  },
  {
    finding: 24,
    name: 'gateways read what others ended',
    file: `${GATEWAY}/sessions/Revocations.ts`,
    from: 'this.#forget(whole ? hashes : undefined);',
    to: '',
    test: gateways('a sign-out at one closes the sockets at the other'),
  },
  {
    finding: 24,
    name: 'a look at open connections looks their sessions up',
    file: `${GATEWAY}/server/OpenConnections.ts`,
    from: 'if (open.session && !living.has(open.session.hash)) open.close();',
    to: 'living.has(open.instanceId);',
    test: gateways('a session that is gone from the database is found out'),
  },
  {
    finding: 24,
    name: 'a sign-out ends tickets, too',
    file: `${GATEWAY}/sessions/SessionStore.ts`,
    from: '.where({ user_ref: userEntityRef })\n      .delete();',
    to: ".where({ user_ref: '' })\n      .delete();",
    test: gateways('a ticket that is under way when somebody signs out'),
  },
  {
    finding: 30,
    name: 'a pass needs the cookie of the browser that was given it',
    file: `${GATEWAY}/sessions/SessionStore.ts`,
    from: 'options.nonces.some(nonce => digest(nonce) === row.nonce_hash);',
    to: 'true;',
    test: entry("another person's pass signs nobody in"),
  },
  {
    finding: 30,
    name: 'a pass is of one host',
    file: `${GATEWAY}/sessions/SessionStore.ts`,
    from: 'row.host === options.host &&',
    to: '',
    test: entry('a pass is of one host'),
  },
  {
    finding: 30,
    name: 'no passes where a neighbour can set the cookies of the portal',
    file: `${GATEWAY}/sessions/entryRouter.ts`,
    from: 'if (!ownsCookies(portalUrl)) {',
    to: 'if (Math.random() > 2) {',
    test: entry("where a neighbour can set the portal's cookies"),
  },
];

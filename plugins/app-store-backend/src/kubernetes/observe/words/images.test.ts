import { withoutPass } from './images';

const APP = 'portal.example.com/app-store/9b2f6f0e-5a52-4f0c-8b57-0f6e9c1f4f10';
const PASS = '3f'.repeat(32);
const DIGEST = `sha256:${'ab'.repeat(32)}`;

/** As containerd and CRI-O put references and addresses into their messages. */
it.each([
  `failed to pull and unpack image "${APP}/${PASS}@${DIGEST}": failed to resolve reference "${APP}/${PASS}@${DIGEST}": not found`,
  `failed to do request: Head "https://${APP.replace(
    '/app',
    '/v2/app',
  )}/${PASS}/manifests/${DIGEST}": EOF`,
  `unexpected status from HEAD request to https://portal.example.com/v2/app-store/9b2f6f0e-5a52-4f0c-8b57-0f6e9c1f4f10/${PASS}/manifests/${DIGEST}: 502 Bad Gateway`,
  `reading manifest ${DIGEST} in ${APP}/${PASS}: manifest unknown`,
  `initializing source docker://${APP}/${PASS}@${DIGEST}: pinging container registry portal.example.com`,
  `Back-off pulling image "${APP}/${PASS}@${DIGEST}"`,
])('15: takes what lets in out of %s', message => {
  const plain = withoutPass(message);
  expect(plain).not.toContain(PASS);
  expect(plain).toContain('app-store/9b2f6f0e-5a52-4f0c-8b57-0f6e9c1f4f10');
});

it('leaves other images as they are', () => {
  const image = `registry.example/team/app@${DIGEST}`;
  expect(withoutPass(image)).toBe(image);
});

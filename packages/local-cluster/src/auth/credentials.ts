/** The keys of one cluster, kept in its directory, and what its administrator is given of them. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { stringify } from 'yaml';

const CERTIFICATE_DAYS = 3650;
const KEY = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/** A key and the certificate of it, as PEM. */
export interface KeyPair {
  key: string;
  certificate: string;
}

/** What a cluster proves who it is with, and what proves to it who somebody is. */
export interface Credentials {
  /** Signs the certificates of the server and of clients. */
  authority: KeyPair;
  server: KeyPair;
  adminToken: string;
  signingKey: string;
}

function expiry(days: number): Date {
  return new Date(Date.now() + days * 24 * 3600 * 1000);
}

async function makeAuthority(): Promise<KeyPair> {
  const pair = await generate(
    [{ name: 'commonName', value: 'local-cluster-ca' }],
    {
      ...KEY,
      notAfterDate: expiry(CERTIFICATE_DAYS),
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      ],
    },
  );
  return { key: pair.private, certificate: pair.cert };
}

/**
 * A certificate of a cluster's server.
 *
 * @param days - for how long it is valid; a negative number makes an expired one
 */
export async function serverCertificate(
  authority: KeyPair,
  days = CERTIFICATE_DAYS,
): Promise<KeyPair> {
  const pair = await generate(
    [{ name: 'commonName', value: 'kube-apiserver' }],
    {
      ...KEY,
      ca: { key: authority.key, cert: authority.certificate },
      notBeforeDate: days < 0 ? expiry(days - 1) : undefined,
      notAfterDate: expiry(days),
      extensions: [
        { name: 'extKeyUsage', serverAuth: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'localhost' },
            { type: 2, value: 'kubernetes.default.svc' },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    },
  );
  return { key: pair.private, certificate: pair.cert };
}

/** A certificate that says who a client is: its common name is the user, its organizations are the groups. */
export async function clientCertificate(
  authority: KeyPair,
  who: { username: string; groups?: string[] },
  days = 365,
): Promise<KeyPair> {
  const pair = await generate(
    [
      { name: 'commonName', value: who.username },
      ...(who.groups ?? []).map(value => ({
        name: 'organizationName',
        value,
      })),
    ],
    {
      ...KEY,
      ca: { key: authority.key, cert: authority.certificate },
      notAfterDate: expiry(days),
      extensions: [{ name: 'extKeyUsage', clientAuth: true }],
    },
  );
  return { key: pair.private, certificate: pair.cert };
}

/** Those of a directory, made if need be; what an earlier release kept stays. */
export async function credentialsIn(directory: string): Promise<Credentials> {
  const path = join(directory, 'credentials.json');
  const kept: Partial<Credentials> = existsSync(path)
    ? JSON.parse(readFileSync(path, 'utf8'))
    : {};
  if (kept.authority && kept.server) return kept as Credentials;
  const authority = await makeAuthority();
  const credentials: Credentials = {
    authority,
    server: await serverCertificate(authority),
    adminToken: kept.adminToken ?? randomBytes(32).toString('hex'),
    signingKey: kept.signingKey ?? randomBytes(32).toString('hex'),
  };
  // Whole or not at all: half a file would keep the cluster from starting.
  writeFileSync(`${path}.new`, JSON.stringify(credentials), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return credentials;
}

/** A kubeconfig of the administrator, as YAML. */
export function kubeconfigOf(
  address: string,
  credentials: Credentials,
): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'local',
        cluster: {
          server: address,
          'certificate-authority-data': Buffer.from(
            credentials.authority.certificate,
          ).toString('base64'),
        },
      },
    ],
    users: [{ name: 'admin', user: { token: credentials.adminToken } }],
    contexts: [{ name: 'local', context: { cluster: 'local', user: 'admin' } }],
    'current-context': 'local',
  });
}

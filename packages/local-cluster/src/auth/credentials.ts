/** The keys of one cluster, kept in its directory, and what its administrator is given of them. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { stringify } from 'yaml';

const CERTIFICATE_DAYS = 3650;

export interface Credentials {
  key: string;
  certificate: string;
  adminToken: string;
  signingKey: string;
}

/** Those of a directory, made if need be. */
export async function credentialsIn(directory: string): Promise<Credentials> {
  const path = join(directory, 'credentials.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'));
  const expires = new Date(Date.now() + CERTIFICATE_DAYS * 24 * 3600 * 1000);
  const pair = await generate(
    [{ name: 'commonName', value: 'local-cluster' }],
    {
      keyType: 'ec',
      curve: 'P-256',
      notAfterDate: expires,
      extensions: [
        { name: 'basicConstraints', cA: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    },
  );
  const credentials: Credentials = {
    key: pair.private,
    certificate: pair.cert,
    adminToken: randomBytes(32).toString('hex'),
    signingKey: randomBytes(32).toString('hex'),
  };
  writeFileSync(path, JSON.stringify(credentials), { mode: 0o600 });
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
            credentials.certificate,
          ).toString('base64'),
        },
      },
    ],
    users: [{ name: 'admin', user: { token: credentials.adminToken } }],
    contexts: [{ name: 'local', context: { cluster: 'local', user: 'admin' } }],
    'current-context': 'local',
  });
}

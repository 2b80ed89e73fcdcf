/** A client of a local cluster, and its administrator's token. */
import type { LocalCluster } from '@ai-app-store/local-cluster';
import { parse } from 'yaml';
import { Client } from './Client';

export function connect({ kubeconfig, address }: LocalCluster): {
  client: Client;
  adminToken: string;
} {
  const { clusters, users } = parse(kubeconfig);
  const { cluster } = clusters[0];
  const ca = Buffer.from(cluster['certificate-authority-data'], 'base64');
  return {
    client: new Client({ address, ca: ca.toString() }),
    adminToken: users[0].user.token,
  };
}

/** The Kubernetes API that `appStore.kubernetes` names, or that the pod runs in. */
import { KubeConfig } from '@kubernetes/client-node';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';

/** Users of a kubeconfig, as far as the client does not read them itself. */
interface KubeConfigFile {
  users?: Array<{ name?: string; user?: { tokenFile?: string } }>;
}

/**
 * The files of the usual places: those of KUBECONFIG, or the one of the home directory. None in a pod.
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 */
function usualFiles(): string[] {
  const listed = (process.env.KUBECONFIG ?? '')
    .split(delimiter)
    .filter(Boolean);
  if (listed.length) return listed;
  const own = join(process.env.HOME || homedir(), '.kube', 'config');
  return existsSync(own) ? [own] : [];
}

/** One file, with the `tokenFile` of its users, relative to it. */
function readFile(file: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(file);
  const { users = [] } = parse(readFileSync(file, 'utf8')) as KubeConfigFile;
  const tokenFiles = new Map(
    users.map(({ name, user }) => [name, user?.tokenFile]),
  );
  // An array of the client's own; users cannot be replaced otherwise.
  config.users = config.users.map(user => {
    const tokenFile = tokenFiles.get(user.name);
    return tokenFile
      ? {
          ...user,
          authProvider: {
            name: 'tokenFile',
            config: { tokenFile: resolve(dirname(file), tokenFile) },
          },
        }
      : user;
  });
  return config;
}

/**
 * Reads the configuration as it is now.
 *
 * The client ignores `tokenFile` of a user and would call anonymously; here it is taken.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#AuthInfo
 *
 * @param options.kubeconfig - path; the usual places, or the pod's own account, where it is absent
 * @throws Error where a file is not there, is no kubeconfig, or has a name that another one has too
 */
export function readKubeConfig(options: {
  kubeconfig?: string;
  context?: string;
}): KubeConfig {
  const [first, ...others] = options.kubeconfig
    ? [options.kubeconfig]
    : usualFiles();
  const config = first ? readFile(first) : new KubeConfig();
  if (!first) config.loadFromDefault();
  for (const file of others)
    config.mergeConfig(readFile(file), Boolean(config.currentContext));
  if (options.context) config.setCurrentContext(options.context);
  return config;
}

/** The Kubernetes API that `appStore.kubernetes` names, or that the pod runs in. */
import { KubeConfig } from '@kubernetes/client-node';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';

/** Users of a kubeconfig, as far as the client does not read them itself. */
interface KubeConfigFile {
  users?: Array<{ name?: string; user?: { tokenFile?: string } }>;
}

/**
 * Reads the configuration as it is now.
 *
 * The client ignores `tokenFile` of a user and would call anonymously; here it is taken, relative to
 * the file that names it.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#AuthInfo
 *
 * @param options.kubeconfig - path; the usual places, or the pod's own account, where it is absent
 */
export function readKubeConfig(options: {
  kubeconfig?: string;
  context?: string;
}): KubeConfig {
  const config = new KubeConfig();
  const { kubeconfig = process.env.KUBECONFIG || undefined, context } = options;
  if (kubeconfig) config.loadFromFile(kubeconfig);
  else config.loadFromDefault();
  if (context) config.setCurrentContext(context);
  if (kubeconfig) {
    const { users = [] } = parse(
      readFileSync(kubeconfig, 'utf8'),
    ) as KubeConfigFile;
    const user = config.getCurrentUser();
    const { tokenFile } =
      users.find(({ name }) => name === user?.name)?.user ?? {};
    // An array of the client's own; users cannot be replaced otherwise.
    if (user && tokenFile)
      config.users = config.users.map(each =>
        each.name === user.name
          ? {
              ...each,
              authProvider: {
                name: 'tokenFile',
                config: { tokenFile: resolve(dirname(kubeconfig), tokenFile) },
              },
            }
          : each,
      );
  }
  return config;
}

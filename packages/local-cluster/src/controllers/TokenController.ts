/** Fills Secrets of the type `kubernetes.io/service-account-token`, and removes them with their account. */
import { withAnnotations } from '../registry/changed';
import { resourceOf } from '../registry/resources';
import type { Tokens } from '../auth/tokens';
import { Controller, keyOf, parseKey, type Key } from './Controller';

const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';
const OPTIONS = { fieldManager: 'kube-controller-manager' };

export class TokenController extends Controller {
  readonly #tokens: Tokens;
  readonly #authority: string;

  constructor(
    options: ConstructorParameters<typeof Controller>[0] & {
      tokens: Tokens;
      authority: string;
    },
  ) {
    super(options);
    this.#tokens = options.tokens;
    this.#authority = options.authority;
  }

  start(): void {
    this.watch('secrets', event =>
      event.object.type === TYPE ? [keyOf(event.object)] : [],
    );
    this.watch('serviceaccounts', event =>
      event.type === 'DELETED'
        ? this.registry.store
            .list('secrets', event.object.metadata.namespace)
            .filter(secret => secret.type === TYPE)
            .map(keyOf)
        : [],
    );
  }

  protected sync(key: Key): void {
    const { namespace, name } = parseKey(key);
    const secret = this.registry.store.get('secrets', namespace, name);
    if (!secret || secret.metadata.deletionTimestamp) return;
    const accountName = secret.metadata.annotations?.[NAME] ?? '';
    const account = this.registry.store.get(
      'serviceaccounts',
      namespace,
      accountName,
    );
    if (!account) {
      this.registry.delete(resourceOf('secrets'), namespace, name);
      return;
    }
    if (secret.data?.token) return;
    const { uid } = account.metadata;
    this.#tokens
      .issueForSecret({
        namespace: namespace!,
        serviceAccount: { name: accountName, uid },
        secret: { name, uid: secret.metadata.uid },
      })
      .then(token => {
        const encode = (text: string) => Buffer.from(text).toString('base64');
        this.registry.modify(
          resourceOf('secrets'),
          secret,
          live => ({
            ...withAnnotations(live, { [UID]: uid }),
            data: {
              ...live.data,
              'ca.crt': encode(this.#authority),
              namespace: encode(namespace!),
              token: encode(token),
            },
          }),
          OPTIONS,
        );
      })
      .catch(error => this.retry(key, error));
  }
}

/**
 * What hardly changes and many components ask for (who reads, what the store is set
 * to): asked for once, shared, and asked anew when it has grown old.
 */
import { useApi } from '@backstage/frontend-plugin-api';
import type {
  AppStoreApi,
  Me,
  StoreInfo,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { appStoreApiRef } from '../api';
import { useLoad, type Loaded } from './useLoad';

const FRESH_MS = 30_000;

/** Answers of one kind, by the API that gave them: another sign-in is another API. */
class Cached<T> {
  readonly #load: (api: AppStoreApi) => Promise<T>;
  readonly #answers = new WeakMap<
    AppStoreApi,
    { answer: Promise<T>; since: number }
  >();
  /** The last ones, for pages that are shown again: nothing blinks. */
  readonly #last = new WeakMap<AppStoreApi, T>();

  constructor(load: (api: AppStoreApi) => Promise<T>) {
    this.#load = load;
  }

  ask(api: AppStoreApi, anew: boolean): Promise<T> {
    const known = this.#answers.get(api);
    if (known && !anew && Date.now() - known.since < FRESH_MS)
      return known.answer;
    const answer = this.#load(api);
    this.#answers.set(api, { answer, since: Date.now() });
    answer.then(
      value => this.#last.set(api, value),
      () => this.#answers.delete(api),
    );
    return answer;
  }

  /** As `useLoad` keeps things. */
  lastOf(api: AppStoreApi) {
    return {
      place: '',
      get: () => this.#last.get(api),
      set: () => undefined,
    };
  }
}

const me = new Cached<Me>(api => api.getMe());
const store = new Cached<StoreInfo>(api => api.getStore());

/**
 * Who reads; `visitor` is undefined until that is known. An admin is never treated as a visitor here.
 *
 * @public
 */
export function useMe(options: { anew?: boolean } = {}): {
  me?: Me;
  visitor?: boolean;
  error?: Error;
  reload(): void;
} {
  const api = useApi(appStoreApiRef);
  const { value, error, reload } = useLoad(
    () => me.ask(api, Boolean(options.anew)),
    [],
    me.lastOf(api),
  );
  return {
    me: value,
    error,
    reload,
    visitor: value && value.kind === 'visitor' && !value.admin,
  };
}

/**
 * What the store is set to.
 *
 * @public
 */
export function useStore(): Loaded<StoreInfo> {
  const api = useApi(appStoreApiRef);
  return useLoad(() => store.ask(api, false), [], store.lastOf(api));
}

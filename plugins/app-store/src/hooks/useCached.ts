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
function cached<T>(load: (api: AppStoreApi) => Promise<T>) {
  const answers = new WeakMap<
    AppStoreApi,
    { answer: Promise<T>; since: number }
  >();
  return (api: AppStoreApi, anew: boolean): Promise<T> => {
    const known = answers.get(api);
    if (known && !anew && Date.now() - known.since < FRESH_MS)
      return known.answer;
    const answer = load(api);
    answers.set(api, { answer, since: Date.now() });
    answer.catch(() => answers.delete(api));
    return answer;
  };
}

const meOf = cached<Me>(api => api.getMe());
const storeOf = cached<StoreInfo>(api => api.getStore());

/** Who reads; `visitor` is undefined until that is known. An admin is never treated as a visitor here. */
export function useMe(options: { anew?: boolean } = {}): {
  me?: Me;
  visitor?: boolean;
  error?: Error;
  reload(): void;
} {
  const api = useApi(appStoreApiRef);
  const {
    value: me,
    error,
    reload,
  } = useLoad(() => meOf(api, Boolean(options.anew)), []);
  return {
    me,
    error,
    reload,
    visitor: me && me.kind === 'visitor' && !me.admin,
  };
}

/** What the store is set to. */
export function useStore(): Loaded<StoreInfo> {
  const api = useApi(appStoreApiRef);
  return useLoad(() => storeOf(api, false), []);
}

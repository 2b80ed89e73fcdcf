/**
 * Opens apps from a page of the portal without loading the portal a second time: the
 * gateway is asked for a pass before the browser goes to the app's host.
 */
import {
  isListedHost,
  type StoreInfo,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { useApi } from '@backstage/frontend-plugin-api';
import { useCallback, useEffect, useRef } from 'react';
import { enterApiRef } from '../api';
import { useStore } from './useCached';

/** A pass that was asked for before is good for this long; the gateway's ends after 30 s. */
const FRESH_MS = 20_000;
/** A pass that takes longer is not waited for: the way without it is slower and leads there, too. */
const PATIENCE_MS = 1500;

/** The address to send the browser to in place of an app's own. */
export function usePass(): (address: string) => Promise<string> {
  const api = useApi(enterApiRef);
  return useCallback(
    async address => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<string>(resolve => {
        timer = setTimeout(() => resolve(address), PATIENCE_MS);
      });
      try {
        return await Promise.race([
          api.pass(address).then(
            ({ url }) => url,
            () => address,
          ),
          late,
        ]);
      } finally {
        clearTimeout(timer);
      }
    },
    [api],
  );
}

/** Goes to an app once it can be opened; what is slow about it is done as soon as it is about to be. */
export function useLeadIn(options: {
  /** Undefined where nobody is led anywhere. */
  address: string | undefined;
  /** It will be ready in a moment. */
  near: boolean;
  ready: boolean;
  onLeave: () => void;
}): void {
  const { address, near, ready, onLeave } = options;
  const pass = usePass();
  const early = useRef<{
    address: string;
    since: number;
    way: Promise<string>;
  }>();
  const leave = useRef(onLeave);
  leave.current = onLeave;
  useEffect(() => {
    if (!address || !near) return;
    early.current = { address, since: Date.now(), way: pass(address) };
  }, [address, near, pass]);
  useEffect(() => {
    if (!address || !ready) return undefined;
    let current = true;
    const known = early.current;
    early.current = undefined;
    const way =
      known?.address === address && Date.now() - known.since < FRESH_MS
        ? known.way
        : pass(address);
    way.then(url => {
      if (!current) return;
      leave.current();
      window.location.assign(url);
    });
    return () => {
      current = false;
    };
  }, [address, ready, pass]);
}

/** What the store says of the hosts of apps. */
type AppHosts = Pick<StoreInfo, 'appsUrl' | 'aliasHosts'>;

/** Whether an address is that of a host below the apps' domain, or of one that an admin lists. */
export function isAppAddress(
  address: string,
  { appsUrl, aliasHosts = [] }: AppHosts,
): boolean {
  if (!URL.canParse(address) || !URL.canParse(appsUrl)) return false;
  const [url, apps] = [new URL(address), new URL(appsUrl)];
  return (
    url.protocol === apps.protocol &&
    url.port === apps.port &&
    (url.hostname.endsWith(`.${apps.hostname}`) ||
      isListedHost(url.hostname, aliasHosts))
  );
}

/** The link of a plain click that leads to an app; undefined where the browser is to do what it does. */
export function appLinkOf(
  event: MouseEvent,
  hosts: AppHosts,
): HTMLAnchorElement | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return undefined;
  const link = (event.target as Element | null)?.closest?.('a[href]') as
    | HTMLAnchorElement
    | null
    | undefined;
  return link && !link.download && isAppAddress(link.href, hosts)
    ? link
    : undefined;
}

/** Gives every link to an app on the store's pages a pass when it is clicked. */
export function useAppLinks(): void {
  const store = useStore().value;
  const pass = usePass();
  useEffect(() => {
    if (!store) return undefined;
    const open = async (event: MouseEvent) => {
      const link = appLinkOf(event, store);
      if (!link) return;
      event.preventDefault();
      event.stopPropagation();
      const { href, target } = link;
      const url = await pass(href);
      if (target === '_blank')
        window.open(url, '_blank', 'noopener,noreferrer');
      else window.location.assign(url);
    };
    // Before the link's own handlers, of which some would go on by themselves.
    document.addEventListener('click', open, true);
    return () => document.removeEventListener('click', open, true);
  }, [store, pass]);
}

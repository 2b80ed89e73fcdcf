/**
 * Where a host name and a path lead (specification section 9): to an instance, or to
 * its address. An instance has one address: its primary alias, or else the host of its
 * id; a BASE_URL app lies there under `/instance/<id>/`. Pure.
 */
import type {
  GatewayAlias,
  GatewayRoute,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { HostKind } from './hosts';

/** What is known of instances and aliases. */
export interface AddressBook {
  get(id: string): GatewayRoute | undefined;
  alias(name: string): GatewayAlias | undefined;
  /** The primary alias of an instance. */
  primaryOf(id: string): string | undefined;
}

/** Where a host name and a path lead. */
export type Destination =
  | { kind: 'instance'; route: GatewayRoute }
  | {
      kind: 'redirect';
      /** 302 to the primary address, 307 between routing modes. */
      status: 302 | 307;
      /** The label below the apps' domain. */
      label: string;
      /** Path and query. */
      path: string;
      route: GatewayRoute;
    }
  /** The public catalogue, where the store has one. */
  | { kind: 'catalogue' }
  /** An alias without an instance. */
  | { kind: 'unassigned'; name: string }
  | { kind: 'unknown' };

const BASE_URL = /^\/instance\/([0-9a-f-]{36})(\/[^?]*)?(\?.*)?$/;

/** The path at which a BASE_URL app is served. */
function basePath(id: string): string {
  return `/instance/${id}/`;
}

/** @param target - path and query of the request */
export function destination(
  host: Exclude<HostKind, { kind: 'foreign' }>,
  target: string,
  book: AddressBook,
): Destination {
  if (host.kind === 'unknown') return { kind: 'unknown' };
  if (host.kind === 'domain') return fromDomain(target, book);
  const alias = host.kind === 'alias' ? book.alias(host.name) : undefined;
  if (host.kind === 'alias' && !alias) return { kind: 'unknown' };
  if (alias && !alias.instanceId)
    return { kind: 'unassigned', name: alias.name };
  const route = book.get(
    host.kind === 'instance' ? host.id : alias!.instanceId!,
  );
  if (!route) return { kind: 'unknown' };
  const label = book.primaryOf(route.id) ?? route.id;
  const here = host.kind === 'instance' ? host.id : host.name;
  if (here !== label)
    return { kind: 'redirect', status: 302, label, path: target, route };
  if (
    route.routingMode === 'BASE_URL' &&
    !target.startsWith(basePath(route.id))
  ) {
    // Without the slash at its end the path is the app's, too.
    const rest =
      target.split('?')[0] === basePath(route.id).slice(0, -1)
        ? target.slice(basePath(route.id).length - 1)
        : target.slice(1);
    return {
      kind: 'redirect',
      status: 307,
      label,
      path: basePath(route.id) + rest,
      route,
    };
  }
  return { kind: 'instance', route };
}

/** `<domain>/instance/<id>/…`: where BASE_URL apps of one shared host would be. */
function fromDomain(target: string, book: AddressBook): Destination {
  const [, id, path = '/', query = ''] = BASE_URL.exec(target) ?? [];
  if (!id) return { kind: 'catalogue' };
  const route = book.get(id);
  if (!route) return { kind: 'unknown' };
  const rest = `${path}${query}`;
  return {
    kind: 'redirect',
    status: 307,
    label: book.primaryOf(id) ?? id,
    path: route.routingMode === 'BASE_URL' ? `/instance/${id}${rest}` : rest,
    route,
  };
}

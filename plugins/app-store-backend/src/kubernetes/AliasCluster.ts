/** Objects of aliases in the namespace of the gateway: what is seen of them, and how they are written. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { FencedObjects, type StillMine } from './client/FencedObjects';
import type { Heartbeat } from './client/Heartbeat';
import type { KubeApi } from './client/KubeApi';
import type { KubeError } from './client/KubeError';
import type { KubeObject } from './client/kubeObjects';
import { Watch } from './client/Watch';
import { LABELS } from './manifests/labels';
import { aliasOfRoute } from './manifests/routes/RouteInput';

/** Kinds that lead a host name to the gateway. */
const ROUTE_KINDS = {
  ingress: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  httpRoute: {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
  },
} as const;

export type RouteKind = keyof typeof ROUTE_KINDS;

/** By its name, which nobody can change. */
const aliasOf = ({ metadata }: KubeObject) => aliasOfRoute(metadata!.name!);

/** Without what nobody compares. */
function packed(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata!;
  return { ...object, metadata };
}

/** Follows them, applies and deletes them. */
export class AliasCluster {
  readonly #watch: Watch<KubeObject>;
  readonly #fenced: FencedObjects;
  readonly #seen = new Map<string, KubeObject>();
  /** Uids of those that were seen as ours: they are, also where somebody took their labels. */
  readonly #uids = new Map<string, string>();
  /** Counts what the watch brought of each: an answer that comes after it is out of date. */
  readonly #turns = new Map<string, number>();
  readonly kind: string;
  #isListed = false;
  #onChange: (aliasId: string) => void = () => {};

  constructor(options: {
    api: KubeApi;
    /** The gateway's. */
    namespace: string;
    installation: string;
    routes: RouteKind;
    heartbeat: Pick<Heartbeat, 'onAnswer'>;
    logger: LoggerService;
  }) {
    const onChange = (aliasId: string) => this.#onChange(aliasId);
    const turn = (aliasId: string) =>
      this.#turns.set(aliasId, (this.#turns.get(aliasId) ?? 0) + 1);
    const { apiVersion, kind } = ROUTE_KINDS[options.routes];
    this.kind = kind;
    this.#fenced = new FencedObjects(options);
    let gone: Set<string> | undefined;
    this.#watch = new Watch({
      ...options,
      apiVersion,
      kind,
      labelSelector: `${LABELS.installation}=${options.installation},${LABELS.alias}`,
      sink: {
        begin: () => {
          gone = new Set(this.#seen.keys());
        },
        take: object => {
          const id = aliasOf(object);
          if (!id) return;
          gone?.delete(id);
          turn(id);
          // Items of a list do not say what they are.
          this.#note(id, { ...object, apiVersion, kind });
          if (this.#isListed) onChange(id);
        },
        remove: object => {
          const id = aliasOf(object);
          const seen = id && this.#seen.get(id);
          if (id) turn(id);
          if (!seen || seen.metadata!.uid !== object.metadata!.uid) return;
          this.#seen.delete(id);
          onChange(id);
        },
        end: () => {
          for (const id of gone ?? []) {
            this.#seen.delete(id);
            onChange(id);
          }
          gone = undefined;
          this.#isListed = true;
        },
      },
    });
  }

  #note(id: string, object: KubeObject): void {
    this.#seen.set(id, packed(object));
    this.#uids.set(id, object.metadata!.uid!);
  }

  /** @param onChange - called with the id of each alias whose object came, changed or went */
  start(onChange: (aliasId: string) => void): void {
    this.#onChange = onChange;
    this.#watch.follow();
  }

  stop(): void {
    this.#watch.stop();
  }

  /** Once all were listed for the first time. */
  async whenListed(): Promise<void> {
    await this.#watch.whenListed;
  }

  /** Why what is seen may be out of date; undefined where it is not. */
  unread(): { since: number; error?: KubeError } | undefined {
    const { brokenAt, error } = this.#watch;
    return brokenAt === undefined ? undefined : { since: brokenAt, error };
  }

  /** All objects, by the ids of their aliases. */
  get seen(): ReadonlyMap<string, KubeObject> {
    return this.#seen;
  }

  /**
   * Makes an object, or brings it to the state given.
   *
   * @throws LeaseLost where it is not wanted any more; KubeError 409 where it was changed meanwhile, or is not ours
   */
  async apply(
    aliasId: string,
    wanted: KubeObject,
    stillMine: StillMine,
  ): Promise<void> {
    const before = this.#turns.get(aliasId);
    const [written] = await this.#fenced.apply([wanted], stillMine, {
      uids: { [wanted.kind!]: this.#uids.get(aliasId) },
    });
    if (this.#turns.get(aliasId) === before)
      this.#note(aliasId, { ...written, ...kindOf(wanted) });
  }

  /** @throws LeaseLost where it is wanted again; KubeError */
  async remove(aliasId: string, stillMine: StillMine): Promise<void> {
    const seen = this.#seen.get(aliasId);
    if (!seen) return;
    const gone = await this.#fenced.remove([seen], stillMine, {
      [seen.kind!]: seen.metadata!.uid!,
    });
    if (!gone) return;
    this.#seen.delete(aliasId);
    this.#uids.delete(aliasId);
  }
}

function kindOf({ apiVersion, kind }: KubeObject) {
  return { apiVersion, kind };
}

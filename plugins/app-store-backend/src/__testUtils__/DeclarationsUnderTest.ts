/** The store beside a real catalog that reads declarations out of a Git repository, for tests. */
import type { Entity } from '@backstage/catalog-model';
import type { JsonObject } from '@backstage/types';
import { GitHost } from '@ai-app-store/git-host';
import type {
  StoreDeclaration,
  DeclarationState,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { databases } from '../database/__testUtils__/databases';
import { CatalogUnderTest } from './CatalogUnderTest';
import { API, as, type StoreUnderTest } from './StoreUnderTest';
import { until } from './until';

/** Files of a repository by path. */
export type Files = Record<string, string>;

/** An app that says which version it is. */
export function appFiles(
  name: string,
  version: string,
  more: { toml?: string; directory?: string } = {},
): Files {
  const { toml = '', directory = '' } = more;
  return {
    [`${directory}app.toml`]: `[App]\nName = "${name}"\nVersion = "${version}"\nTitle = "Title of ${name}"\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n${toml}`,
    [`${directory}server.js`]: `require('node:http').createServer((q, s) => s.end(${JSON.stringify(
      version,
    )})).listen(Number(process.env.PORT));\n`,
  };
}

/** A declaration as a document of `catalog-info.yaml`. */
export function declared(
  kind: string,
  name: string,
  spec: object = {},
  metadata: object = {},
): object {
  return {
    apiVersion: 'ai-app-store.io/v1alpha1',
    kind,
    metadata: { name, ...metadata },
    spec,
  };
}

export function catalogInfo(...documents: object[]): Files {
  return {
    'catalog-info.yaml': documents.map(each => stringify(each)).join('---\n'),
  };
}

/** What a portal, its catalog and a repository are together. */
export class DeclarationsUnderTest {
  readonly portal: CatalogUnderTest;
  readonly git: GitHost;
  readonly #directory: string;

  /**
   * @param options.files - of the repository `lunch/lunch`, which the catalog reads
   * @param options.trust - entries beside the one of that repository, which acts for `dev`; or instead of it
   */
  static async start(
    id: Parameters<typeof databases.init>[0],
    options: {
      files: Files;
      appStore?: JsonObject;
      trust?: JsonObject[] | ((url: string) => JsonObject[]);
      repositories?: Record<string, Files>;
      declarations?: JsonObject;
      logs?: boolean;
      knex?: Knex;
      catalogKnex?: Knex;
      beside?: DeclarationsUnderTest;
      /** One that ended, whose place this one takes. */
      after?: DeclarationsUnderTest;
      deniesAll?: boolean;
      config?: JsonObject;
      tap?: <T extends object>(part: T, name: string) => T;
    },
  ): Promise<DeclarationsUnderTest> {
    const directory = mkdtempSync(join(tmpdir(), 'declared-'));
    const git =
      (options.beside ?? options.after)?.git ??
      (await GitHost.start({ directory: join(directory, 'repos') }));
    const test = (portal: CatalogUnderTest) =>
      new DeclarationsUnderTest(portal, git, directory, !options.beside);
    const repositories: Record<string, Files> = {
      lunch: options.files,
      ...options.repositories,
    };
    if (!options.beside && !options.after)
      for (const [name, files] of Object.entries(repositories))
        await git.create(name, name, writeFiles(directory, files));
    const at = (name: string) => `${git.url}/${name}/${name}/src/branch/main/`;
    const own = [
      {
        location: at('lunch'),
        owner: 'user:default/dev',
        secrets: { environment: ['LUNCH_TOKEN'] },
      },
    ];
    const trust =
      typeof options.trust === 'function'
        ? options.trust(git.url)
        : [...own, ...(options.trust ?? [])];
    const portal = await CatalogUnderTest.start(
      id,
      {
        catalog: { policyWired: true },
        ...options.appStore,
        declarations: {
          interval: '0.2s',
          sourceInterval: '0.3s',
          removalGrace: '2s',
          trust,
          ...options.declarations,
        },
      },
      {
        realCatalog: true,
        logs: options.logs,
        knex: options.knex,
        catalogKnex: options.catalogKnex,
        beside: options.beside?.portal.store,
        after: options.after?.portal.store,
        deniesAll: options.deniesAll,
        tap: options.tap,
        config: {
          integrations: {
            gitea: [{ host: `localhost:${git.port}`, baseUrl: git.url }],
          },
          catalog: {
            processingInterval: { milliseconds: 300 },
            orphanStrategy: 'delete',
            rules: [
              {
                allow: [
                  'Component',
                  'Location',
                  'User',
                  'Group',
                  'App',
                  'AppTag',
                  'AppInstance',
                  'AppSecret',
                  'AppAlias',
                ],
              },
            ],
            locations: Object.keys(repositories).map(name => ({
              type: 'url',
              target: `${at(name)}catalog-info.yaml`,
            })),
          },
          ...options.config,
        },
      },
    );
    return test(portal);
  }

  private constructor(
    portal: CatalogUnderTest,
    git: GitHost,
    directory: string,
    readonly owns: boolean,
  ) {
    this.portal = portal;
    this.git = git;
    this.#directory = directory;
  }

  get store(): StoreUnderTest {
    return this.portal.store;
  }

  /** Puts files into a repository, in place of all that was there. */
  async commit(files: Files, name = 'lunch'): Promise<string> {
    return this.git.commit(
      name,
      name,
      'A change',
      writeFiles(this.#directory, files),
    );
  }

  /** The declaration of an entity as somebody sees it; undefined where they see none. */
  async declaration(
    entityRef: string,
    who = 'ada',
  ): Promise<StoreDeclaration | undefined> {
    const { items } = await this.store.get(
      `/declarations?entityRef=${encodeURIComponent(entityRef)}`,
      who,
    );
    return items?.[0];
  }

  /** A declaration as soon as it is so. */
  async settles(
    entityRef: string,
    state: DeclarationState,
    more: (declaration: StoreDeclaration) => boolean = () => true,
  ): Promise<StoreDeclaration> {
    return until(
      async () => {
        const found = await this.declaration(entityRef);
        return found?.state === state && more(found) && found;
      },
      async () => [
        await this.#answers(),
        await this.declaration(entityRef),
        (
          await this.store.get('/declarations?scope=all&limit=200', 'ada')
        ).items?.map((each: StoreDeclaration) => [
          each.entityRef,
          each.state,
          each.problem?.message,
        ]),
      ],
    );
  }

  /** What the parts that the store waits for say now, for a test that waited in vain. */
  async #answers(): Promise<Record<string, string>> {
    const ask = (answer: Promise<unknown>) =>
      Promise.race([
        answer.then(
          () => 'answers',
          error => String(error),
        ),
        sleep(5000, 'does not answer', { ref: false }),
      ]);
    return {
      gitHost: await ask(fetch(this.git.url)),
      catalog: await ask(this.entity('app:default/lunch', 'ada')),
    };
  }

  /** Waits until an entity is gone from what is declared. */
  async forgets(entityRef: string): Promise<void> {
    await until(
      async () => !(await this.declaration(entityRef)),
      () => this.declaration(entityRef),
    );
  }

  get(path: string, who = 'dev') {
    return this.store.get(path, who);
  }

  post(path: string, who: string, body: object = {}) {
    return this.store.api.post(`${API}${path}`).set(as(who)).send(body);
  }

  /** An entity of the catalog as somebody reads it. */
  async entity(ref: string, who: string): Promise<Entity | undefined> {
    const [, kind, namespace, name] = /^(.*?):(.*?)\/(.*)$/.exec(ref)!;
    const { status, body } = await this.store.api
      .get(`/api/catalog/entities/by-name/${kind}/${namespace}/${name}`)
      .set(as(who));
    return status === 200 ? body : undefined;
  }

  async stop(): Promise<void> {
    await this.store.stop();
    if (this.owns) await this.git.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function writeFiles(directory: string, files: Files): string {
  const root = mkdtempSync(join(directory, 'files-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

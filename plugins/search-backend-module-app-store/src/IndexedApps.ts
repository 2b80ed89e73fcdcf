/**
 * What the store says of the apps that the catalog holds, kept from one build of the search
 * index to the next: a version never changes, so its long description is read once.
 */
import {
  appEntityRef,
  tagEntityRef,
  VISITORS_NAMESPACE,
  CATALOG_NAMESPACE,
  type CatalogApp,
  type CatalogTag,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { CatalogIndexClient } from '@ai-app-store/backstage-plugin-app-store-node';
import type { IndexableDocument } from '@backstage/plugin-search-common';

/** What of the store is asked. */
export type IndexSource = Pick<CatalogIndexClient, 'apps' | 'tags' | 'texts'>;

/** What the document of an app has beside what the catalog's collator puts there. */
interface AppFields {
  /** Results of one name are one app. */
  appName: string;
  appVersion: string;
  description: string;
}

const joined = (texts: Array<string | undefined>) =>
  texts.filter(Boolean).join(' : ');

/** Knows apps and tags by the refs of their entities. */
export class IndexedApps {
  readonly #source: IndexSource;
  #apps = new Map<string, CatalogApp>();
  #tags = new Map<string, CatalogTag>();
  /** Beginnings of long descriptions, by the ids of app versions. */
  #texts = new Map<string, string>();

  constructor(source: IndexSource) {
    this.#source = source;
  }

  /**
   * Reads what there is now.
   *
   * @throws Error where the store does not answer; what was read before stays
   */
  async refresh(): Promise<void> {
    const [apps, tags] = await Promise.all([
      this.#source.apps(),
      this.#source.tags(),
    ]);
    this.#apps = new Map(apps.map(app => [appEntityRef(app), app]));
    this.#tags = new Map(tags.map(tag => [tagEntityRef(tag.name), tag]));
    // One result is shown of each name; the texts of all versions would make an index many times as large.
    const newest = apps.filter(app => app.newest).map(({ id }) => id);
    const kept = newest.flatMap(id => {
      const text = this.#texts.get(id);
      return text === undefined ? [] : [[id, text] as const];
    });
    // Of an app that is gone, nothing is kept.
    this.#texts = new Map(kept);
    const read = await this.#source.texts(
      newest.filter(id => !this.#texts.has(id)),
    );
    for (const { id, text } of read) this.#texts.set(id, text);
  }

  /** A document with what the store says of its app or tag; as it is where it is about something else. */
  decorate(document: IndexableDocument): IndexableDocument {
    const ref = document.authorization?.resourceRef ?? '';
    const app = this.#apps.get(
      ref.replace(`:${VISITORS_NAMESPACE}/`, `:${CATALOG_NAMESPACE}/`),
    );
    if (app) {
      const forVisitors = ref.includes(`:${VISITORS_NAMESPACE}/`);
      const fields: AppFields = {
        appName: app.name,
        appVersion: app.version,
        description: app.description,
      };
      return {
        ...document,
        ...fields,
        text: joined([
          app.description,
          app.name,
          app.version,
          ...app.keywords,
          // Visitors do not know tags (3.3).
          ...(forVisitors ? [] : this.#tagTexts(app.tags)),
          this.#texts.get(app.id),
        ]),
      };
    }
    const tag = this.#tags.get(ref);
    return tag
      ? { ...document, text: joined([tag.description, tag.name]) }
      : document;
  }

  #tagTexts(names: string[] = []): string[] {
    return names.flatMap(name => {
      const title = this.#tags.get(tagEntityRef(name))?.title;
      return title && title !== name ? [name, title] : [name];
    });
  }
}

/** Hands what the store says of its apps to the index of portal search. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { DecoratorBase } from '@backstage/plugin-search-backend-node';
import type {
  DocumentDecoratorFactory,
  IndexableDocument,
} from '@backstage/plugin-search-common';
import { IndexedApps, type IndexSource } from './IndexedApps';

/** The type of what the catalog's collator hands over. */
const CATALOG_DOCUMENTS = 'software-catalog';

/** Of one build of the index. */
class AppDecorator extends DecoratorBase {
  readonly #apps: IndexedApps;
  readonly #logger: LoggerService;

  constructor(apps: IndexedApps, logger: LoggerService) {
    super();
    this.#apps = apps;
    this.#logger = logger;
  }

  async initialize(): Promise<void> {
    try {
      await this.#apps.refresh();
    } catch (error) {
      // All that others have in the catalog is to be found all the same.
      this.#logger.warn(
        `apps are in search as they were known before: ${
          (error as Error).message
        }`,
      );
    }
  }

  async decorate(document: IndexableDocument): Promise<IndexableDocument> {
    return this.#apps.decorate(document);
  }

  async finalize(): Promise<void> {}
}

/** Makes a decorator for each build of the index. */
export class AppDecoratorFactory implements DocumentDecoratorFactory {
  readonly types = [CATALOG_DOCUMENTS];
  readonly #apps: IndexedApps;
  readonly #logger: LoggerService;

  constructor(options: { source: IndexSource; logger: LoggerService }) {
    this.#apps = new IndexedApps(options.source);
    this.#logger = options.logger;
  }

  async getDecorator(): Promise<AppDecorator> {
    return new AppDecorator(this.#apps, this.#logger);
  }
}

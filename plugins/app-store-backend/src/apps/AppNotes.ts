/** App versions as they were imported, beside their bundles: their rows can be made again from them. */
import type { Records } from '../artifacts/Records';
import type { NewApp } from './appRows';

const FOLDER = 'apps/';
/** Bundles that no row speaks of and that stay, since nobody could say whose they are. */
const KEPT = 'kept-bundles/';

/** Notes beside the bundles that say whose an app is, so that its row can be made again. */
export class AppNotes {
  readonly #records: Records;

  static create(records: Records): AppNotes {
    return new AppNotes(records);
  }

  private constructor(records: Records) {
    this.#records = records;
  }

  async write(app: NewApp): Promise<void> {
    await this.#records.put(nameOf(app.id), Buffer.from(JSON.stringify(app)));
  }

  async read(id: string): Promise<NewApp | undefined> {
    const data = await this.#records.get(nameOf(id));
    return data && JSON.parse(data.toString('utf8'));
  }

  async remove(id: string): Promise<void> {
    await this.#records.remove(nameOf(id));
  }

  /** Has a bundle stay without a row. */
  async keepBundle(digest: string): Promise<void> {
    await this.#records.put(`${KEPT}${digest}`, Buffer.alloc(0));
  }

  /** Digests of bundles that stay without a row. */
  async keptBundles(): Promise<string[]> {
    return (await this.#records.list(KEPT)).map(name =>
      name.slice(KEPT.length),
    );
  }

  /** Ids of apps. */
  async list(): Promise<string[]> {
    return (await this.#records.list(FOLDER)).map(name =>
      name.slice(FOLDER.length).replace(/\.json$/, ''),
    );
  }
}

function nameOf(id: string): string {
  return `${FOLDER}${id}.json`;
}

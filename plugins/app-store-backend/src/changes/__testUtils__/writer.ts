/** A replica of its own that changes things: several transactions at once, some of them long. */
import knexFactory from 'knex';
import { Outbox } from '../Outbox';

/** What it is started with. */
export interface WriterOptions {
  connection: string | object;
  searchPath?: string[];
  replica: number;
  changes: number;
  /** How wrong its clock is, in milliseconds. */
  clockSkewMs: number;
}

/** Transactions at once. */
const AT_ONCE = 8;
/** Every so many transactions one lasts until this many others have ended. */
const LONG_EVERY = 50;
const LONG_UNTIL = 10;

const sleep = (ms: number) => new Promise(done => setTimeout(done, ms));

async function main(options: WriterOptions): Promise<void> {
  const { now } = Date;
  Date.now = () => now() + options.clockSkewMs;
  const knex = knexFactory({
    client: 'pg',
    connection: options.connection,
    searchPath: options.searchPath,
    pool: { min: 0, max: AT_ONCE },
  });
  const outbox = new Outbox(knex);
  const done = { begun: 0, ended: 0 };
  const change = async (n: number) =>
    outbox.transaction(async (tx, tell) => {
      const key = `${options.replica}-${n}`;
      tell('instance', key);
      await tx('commits').insert({ key });
      const until = Math.min(
        done.ended + LONG_UNTIL,
        options.changes - AT_ONCE,
      );
      if (n % LONG_EVERY === 0) while (done.ended < until) await sleep(5);
    });
  const work = async () => {
    while (done.begun < options.changes) {
      await change(done.begun++);
      done.ended++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await knex.destroy();
}

main(JSON.parse(process.argv[2])).then(
  () => process.exit(),
  error => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);

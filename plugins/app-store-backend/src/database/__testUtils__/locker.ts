/** A process that takes a lock of the database and lives on with it. */
import knexFactory from 'knex';
import { openSession } from '../openSession';

const quiet = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  child: () => quiet,
};

openSession({ knex: knexFactory(JSON.parse(process.argv[2])), logger: quiet })
  .tryLock('of a child')
  .then(done => process.send!(done));
setInterval(() => {}, 1000);

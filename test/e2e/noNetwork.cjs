// Loaded into a portal that is to have no network: no name leads anywhere.
const dns = require('node:dns/promises');

dns.lookup = async name => {
  throw Object.assign(new Error(`no network: ${name}`), { code: 'ENOTFOUND' });
};

/** Local Git repositories, for Backstage to read. */
export { GitHost } from './GitHost';

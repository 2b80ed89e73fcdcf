/**
 * Attacks on a running portal, through real sockets and Chromium. All tests share one
 * portal on SQLite, that of the conformance suite; each is named after the finding that it
 * holds off, and begins with its number.
 */
export { expect, test } from '../spec/fixtures';

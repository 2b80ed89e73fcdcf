/** How well a title fits what somebody searches for. Pure; the search engine and the page of results use the same. */

const plain = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLocaleLowerCase('en-US')
    .trim();

/**
 * 0 where it is called so, 1 where it begins so, 2 where one of its words does (`red` is
 * Node-RED before what is only described as red), else 3.
 *
 * @public
 */
export function titleFit(title: string, term: string): number {
  const [called, wanted] = [plain(title), plain(term)];
  if (called === wanted) return 0;
  if (called.startsWith(wanted)) return 1;
  return called.split(/[^\p{L}\p{N}]+/u).some(word => word.startsWith(wanted))
    ? 2
    : 3;
}

/**
 * What somebody wrote about their app, as HTML for anybody: no HTML of their own, no
 * address but of the web and mail, no picture, and one first heading on the page: its title.
 */
import { LRUCache } from 'lru-cache';
import MarkdownIt from 'markdown-it';

/** Longest text that is laid out, in UTF-16 code units: anybody may ask for it, in the process that all apps answer through. */
const LENGTH_LIMIT = 65_536;
/** Texts that are kept as they were laid out. */
const KEPT = 100;

// Pictures from elsewhere would tell their host who reads.
const parser = new MarkdownIt('default', { html: false }).disable('image');
parser.validateLink = url => /^(https?:|mailto:)/i.test(url.trim());
parser.renderer.rules.link_open = (tokens, index, options, _, self) => {
  tokens[index].attrSet('rel', 'nofollow noopener noreferrer');
  return self.renderToken(tokens, index, options);
};
parser.core.ruler.push('headings', state => {
  for (const token of state.tokens) if (token.tag === 'h1') token.tag = 'h2';
});

const rendered = new LRUCache<string, string>({ max: KEPT });

/** See the module's comment. What is too long ends with an ellipsis. */
export function markdown(text: string): string {
  const shown =
    text.length > LENGTH_LIMIT ? `${text.slice(0, LENGTH_LIMIT)}\n\n…` : text;
  const known = rendered.get(shown);
  if (known !== undefined) return known;
  const html = parser.render(shown);
  rendered.set(shown, html);
  return html;
}

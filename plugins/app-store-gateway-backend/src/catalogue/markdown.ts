/**
 * What somebody wrote about their app, as HTML for anybody: no HTML of their own, no
 * address but of the web and mail, no picture, and one first heading on the page: its title.
 */
import MarkdownIt from 'markdown-it';

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

/** See the module's comment. */
export function markdown(text: string): string {
  return parser.render(text);
}

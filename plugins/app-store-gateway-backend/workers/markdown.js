/*
 * What somebody wrote about their app, as HTML for anybody: no HTML of their own, no
 * address but of the web and mail, no picture, and one first heading on the page: its title.
 *
 * Runs in a thread of its own: a text may be made so that it takes seconds.
 */
const { parentPort } = require('node:worker_threads');
const MarkdownIt = require('markdown-it');

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
// The first text takes longer than all others.
parser.render('# a\n\n- *b* [c](https://d.example)');

parentPort?.on('message', text => {
  try {
    parentPort?.postMessage({ html: parser.render(text) });
  } catch (error) {
    parentPort?.postMessage({ error: String(error) });
  }
});
parentPort?.postMessage({ ready: true });

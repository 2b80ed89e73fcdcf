import { markdown } from './markdown';

describe('the description of an app for anybody', () => {
  it('is laid out as Markdown', () => {
    expect(markdown('# What\n\n- *one*\n- [two](https://example.com)')).toBe(
      '<h2>What</h2>\n<ul>\n<li><em>one</em></li>\n<li><a href="https://example.com" rel="nofollow noopener noreferrer">two</a></li>\n</ul>\n',
    );
  });

  it('is laid out to a length that holds nobody up', () => {
    const html = markdown('word '.repeat(200_000));
    expect(html.length).toBeLessThan(70_000);
    expect(html).toMatch(/<p>…<\/p>\n$/);
    expect(markdown('word '.repeat(200_000))).toBe(html);
  });

  it.each([
    ['<script>alert(1)</script>', '<script'],
    ['<img src=x onerror=alert(1)>', '<img'],
    ['![seen](https://tracker.example/p.png)', '<img'],
    ['[x](javascript:alert(1))', 'href="javascript'],
    ['[x](JaVaScRiPt:alert(1))', '<a'],
    ['[x](data:text/html,<b>)', '<a'],
    ['[x](/api/app-store/v1/apps)', '<a'],
    ['[x](https://a.example "\\" onclick=\\"alert(1)")', '" onclick'],
    ['<https://a.example/"onmouseover=alert(1)>', '"onmouseover'],
  ])('of %s holds no %s', (text, never) => {
    expect(markdown(text)).not.toContain(never);
  });
});

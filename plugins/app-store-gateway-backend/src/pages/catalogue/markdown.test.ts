import { Markdown } from './markdown';

const LENGTH = 65_500;

describe('the description of an app for anybody', () => {
  let layouts: Markdown;
  const markdown = (text: string) => layouts.layOut(text);

  beforeAll(() => {
    layouts = new Markdown({ limitMs: 10_000 });
  });
  afterAll(() => layouts.close());

  it('is laid out as Markdown', async () => {
    expect(
      await markdown('# What\n\n- *one*\n- [two](https://example.com)'),
    ).toBe(
      '<h2>What</h2>\n<ul>\n<li><em>one</em></li>\n<li><a href="https://example.com" rel="nofollow noopener noreferrer">two</a></li>\n</ul>\n',
    );
  });

  it('is laid out to a length that holds nobody up', async () => {
    const html = await markdown('word '.repeat(200_000));
    expect(html.length).toBeLessThan(70_000);
    expect(html).toMatch(/…<\/p>\n$/);
    expect(await markdown('word '.repeat(200_000))).toBe(html);
  });

  it('10: holds nobody up, whatever it is made of', async () => {
    for (const nasty of ['[[]', '*a_ ', '[a][', '**a*', '[`']) {
      let turns = 0;
      const beat = setInterval(() => {
        turns += 1;
      }, 1);
      // Other texts are served all the same.
      const [html, other] = await Promise.all([
        markdown(nasty.repeat(LENGTH / nasty.length)),
        markdown(`fine ${nasty.length}`),
      ]);
      clearInterval(beat);
      expect(html).toContain(nasty[0]);
      expect(other).toContain('fine');
      expect(turns).toBeGreaterThan(0);
    }
  });

  it('10: is shown as it was written where laying it out takes too long', async () => {
    const hasty = new Markdown({ limitMs: 5 });
    await hasty.layOut('warm');
    const nasty = `<script>${'[[]'.repeat(LENGTH / 3)}`;
    const html = await hasty.layOut(nasty);
    expect(html).toMatch(/^<p class="plain">&#60;script&#62;\[\[\]\[\[/);
    hasty.close();
    // The next one finds a thread that works.
    expect(await hasty.layOut('next')).toContain('next');
    hasty.close();
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
  ])('of %s holds no %s', async (text, never) => {
    expect(await markdown(text)).not.toContain(never);
  });
});

import { Output } from './output';
import { forTerminal, TerminalFilter, toJson } from './terminal';

const ESC = '\x1b';
/** What a terminal would act upon, and how it is written. */
const ATTACKS: Array<[string, string, string]> = [
  ['clearing the screen', `${ESC}[2J`, '\\u001B[2J'],
  ['moving the cursor', `${ESC}[1A${ESC}[10;1H`, '\\u001B[1A\\u001B[10;1H'],
  ['a title', `${ESC}]0;title\x07`, '\\u001B]0;title\\u0007'],
  ['a link', `${ESC}]8;;http://x${ESC}\\`, '\\u001B]8;;http://x\\u001B\\'],
  ['the clipboard', `${ESC}]52;c;eA==\x07`, '\\u001B]52;c;eA==\\u0007'],
  ['a device string', `${ESC}P$q"p${ESC}\\`, '\\u001BP$q"p\\u001B\\'],
  ['a question to the terminal', `${ESC}[6n`, '\\u001B[6n'],
  ['C1 controls', '\x9b2J\x9d0;t\x9c', '\\u009B2J\\u009D0;t\\u009C'],
  ['a colour by C1', '\x9b31m', '\\u009B31m'],
  ['a private mode', `${ESC}[?25l`, '\\u001B[?25l'],
  ['half a sequence', `${ESC}[31`, '\\u001B[31'],
  ['a bell and backspaces', 'a\x07\b\b', 'a\\u0007\\u0008\\u0008'],
  ['DEL and NUL', '\x7f\x00', '\\u007F\\u0000'],
  ['direction overrides', 'a\u202Eb\u2066c\u200F', 'a\\u202Eb\\u2066c\\u200F'],
  ['line separators', 'a\u2028b', 'a\\u2028b'],
  ['going back in the line', 'real\rfake', 'real\nfake'],
];

describe('10: what a terminal is given', () => {
  it.each(ATTACKS)('10: writes out %s', (_, text, written) => {
    for (const colours of [true, false])
      expect(forTerminal(text, { colours })).toBe(written);
  });

  it('10: keeps colours where a person reads, ends them, and drops them elsewhere', () => {
    const text = `${ESC}[1;31mred${ESC}[0m ${ESC}[38;5;6mrich${ESC}[48:2::1:5:8mer`;
    expect(forTerminal(text, { colours: true })).toBe(`${text}${ESC}[0m`);
    expect(forTerminal(text)).toBe('red richer');
  });

  it.each(['5', '8', '1;8', '08', '38;5;6;8'])(
    '10: hides and blinks nothing by colours (%s)',
    parameters =>
      expect(forTerminal(`a${ESC}[${parameters}mb`, { colours: true })).toBe(
        'ab',
      ),
  );

  it('10: is the same however a text is cut', () => {
    const text = `${ATTACKS.map(([, each]) => each).join(
      'x',
    )}${ESC}[31mred\r\nend`;
    for (const colours of [true, false])
      for (const size of [1, 2, 3, 7]) {
        const filter = new TerminalFilter({ colours });
        let out = '';
        for (let i = 0; i < text.length; i += size)
          out += filter.push(text.slice(i, i + size));
        expect(out + filter.end()).toBe(forTerminal(text, { colours }));
      }
  });

  it('10: leaves ordinary texts as they are', () => {
    const text = 'a\tb\nÄé 日本語 العربية 🎉\r\nc';
    expect(forTerminal(text)).toBe(text.replace('\r', ''));
  });

  it('10: holds nothing back but what may go on', () => {
    const filter = new TerminalFilter({ colours: true });
    expect(filter.push(`a${ESC}[3`)).toBe('a');
    expect(filter.push(`1mb${ESC}[${'1;'.repeat(50)}`)).toContain('[1;1;');
  });

  it('10: JSON says the same without a character that steers', () => {
    const value = { a: ATTACKS.map(([, text]) => text) };
    const text = toJson(value);
    expect(JSON.parse(text)).toEqual(value);
    // eslint-disable-next-line no-control-regex -- controls are what it looks for
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\p{Bidi_Control}]/u);
  });
});

describe('10: every way to print', () => {
  const evil = `t${ESC}[2J${ESC}]0;x\x07\u202Eevil${ESC}[31mred`;
  it.each([true, false])('10: is safe (terminal: %s)', isTTY => {
    let printed = '';
    const sink = {
      isTTY,
      write: (text: string | Uint8Array) => (printed += text),
    };
    const output = new Output({ out: sink, err: sink, json: false, env: {} });
    output.line(evil);
    output.text(evil);
    output.note(evil);
    output.status(evil);
    output.fields([['Name', evil]]);
    output.table(['A'], [[evil]]);
    output.failure({
      exitCode: 1,
      code: 'X',
      message: evil,
      remedy: evil,
      rule: evil,
      wouldChange: [[evil]],
      about: { appId: evil },
      issues: [{ message: evil, remedy: evil }],
    });
    const aside = output.aside();
    aside.write(evil);
    aside.end();
    const left = isTTY
      ? // eslint-disable-next-line no-control-regex -- controls are what it looks for
        printed.replace(/\x1b\[(0|1|22|31|39)m/g, '').replace(/\r {2,}\r/g, '')
      : printed;
    // eslint-disable-next-line no-control-regex -- controls are what it looks for
    expect(left).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\p{Bidi_Control}]/u);
    expect(printed).toContain('\\u001B[2J\\u001B]0;x\\u0007\\u202Eevil');
  });
});

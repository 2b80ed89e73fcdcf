import { dataOf, entriesOf } from './secretValues';

describe('values of secrets', () => {
  it('come back as they went, text or not', () => {
    const data = {
      text: btoa('plain'),
      lines: btoa('one\ntwo\n'),
      umlaut: Buffer.from('Grüße 🙂').toString('base64'),
      bytes: Buffer.from([0xff, 0xfe, 0x00]).toString('base64'),
      empty: '',
    };
    const entries = entriesOf(data);
    expect(entries.map(({ key, binary }) => [key, binary])).toEqual([
      ['text', false],
      ['lines', false],
      ['umlaut', false],
      ['bytes', true],
      ['empty', false],
    ]);
    expect(entries[2].value).toBe('Grüße 🙂');
    expect(dataOf(entries)).toEqual(data);
  });
});

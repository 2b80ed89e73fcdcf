import fc from 'fast-check';
import { isEgressAllowed, parseEgress, type Egress } from './egress';

const parse = (text: string) => parseEgress(text)!;

describe('15: Egress', () => {
  it.each([
    ['internet', 'internet'],
    ['none', 'none'],
    ['10.20.0.0/16', { cidr: '10.20.0.0/16' }],
    // The network of an address.
    ['10.20.30.40/16:5432', { cidr: '10.20.0.0/16', port: 5432 }],
    ['10.0.0.1/32', { cidr: '10.0.0.1/32' }],
    ['2001:DB8:0::1/32:443', { cidr: '2001:db8::/32', port: 443 }],
    ['0.0.0.0/0', { cidr: '0.0.0.0/0' }],
  ])('reads %s', (text, expected) =>
    expect(parseEgress(text)).toEqual(expected),
  );

  it.each([
    '',
    'open',
    'Internet',
    'example.com:443',
    '10.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0/8',
    '0x0a.0.0.0/8',
    '010.0.0.0/8',
    '10.0.0.0/08',
    '8.8.8.0/024',
    '10.0.0.0/8:080',
    '10.0.0.0/8:0',
    '10.0.0.0/8:65536',
    '10.0.0.0/8:x',
    '::ffff:10.0.0.0/104',
    '::/129',
    ' 10.0.0.0/8',
  ])('does not read %j', text => expect(parseEgress(text)).toBeUndefined());

  it.each([
    ['none', [], true],
    ['internet', [], false],
    ['internet', ['internet'], true],
    ['internet', ['0.0.0.0/0'], false],
    ['10.20.1.0/24', ['10.20.0.0/16'], true],
    ['10.20.1.0/24:443', ['10.20.0.0/16'], true],
    ['10.20.1.0/24', ['10.20.0.0/16:443'], false],
    ['10.20.1.0/24:443', ['10.20.0.0/16:443'], true],
    ['10.20.1.0/24:444', ['10.20.0.0/16:443'], false],
    ['10.0.0.0/8', ['10.20.0.0/16'], false],
    ['10.20.0.0/16', ['10.30.0.0/16', '10.0.0.0/8'], true],
    ['2001:db8::/48', ['2001:db8::/32'], true],
    ['2001:db8::/48', ['0.0.0.0/0'], false],
    // Of the internet, what is public.
    ['140.82.0.0/16:443', ['internet'], true],
    ['169.254.169.254/32:80', ['internet'], false],
    ['0.0.0.0/0', ['internet'], false],
    ['8.0.0.0/6', ['internet'], false],
    ['fd00::/64', ['internet'], false],
    ['2002:a00::/24', ['internet'], false],
    ['2606:4700::/32', ['internet'], true],
  ])('%s, of %j: %s', (asked, allowed, expected) =>
    expect(isEgressAllowed(parse(asked), allowed.map(parse))).toBe(expected),
  );

  it('what an admin says is not public is not of the internet', () => {
    const notPublic = ['203.0.113.0/24'];
    const asks = (text: string) =>
      isEgressAllowed(parse(text), ['internet'], notPublic);
    expect(asks('203.0.113.7/32:443')).toBe(false);
    expect(asks('203.0.0.0/16')).toBe(false);
    expect(asks('203.0.114.0/24')).toBe(true);
    expect(asks('internet')).toBe(true);
  });

  it('whatever is allowed of the internet has no private address in it', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        fc.tuple(byte, byte, byte, byte),
        fc.integer({ min: 0, max: 32 }),
        fc.constantFrom('10.1.2.3', '169.254.169.254', '192.168.0.1'),
        (bytes, bits, inside) => {
          const egress = parse(`${bytes.join('.')}/${bits}`);
          if (!isEgressAllowed(egress, ['internet'] as Egress[])) return;
          expect(isEgressAllowed(parse(`${inside}/32`), [egress])).toBe(false);
        },
      ),
    );
  });
});

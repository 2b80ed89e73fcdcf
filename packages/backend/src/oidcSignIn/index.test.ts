import { withinPortal } from '.';

describe('where a sign-in ends', () => {
  const check = (redirectUrl?: string) =>
    withinPortal('https://portal.example.com/base')(
      { nonce: 'n', env: 'production', redirectUrl },
      {} as never,
    );

  it('is a page of the portal', async () => {
    const redirectUrl = 'https://portal.example.com/app-store/apps/x?y#z';
    expect((await check(redirectUrl)).state.redirectUrl).toBe(redirectUrl);
    expect((await check()).state.nonce).toBe('n');
  });

  it.each([
    'https://evil.example',
    'https://portal.example.com.evil.example/',
    'https://portal.example.com@evil.example/',
    '//evil.example',
    'data:text/html,x',
    '',
  ])('is not %s', async redirectUrl => {
    await expect(check(redirectUrl)).rejects.toThrow('redirectUrl');
  });
});

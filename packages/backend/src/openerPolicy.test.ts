import type { Request, Response } from 'express';
import { openerPolicy } from './openerPolicy';

describe('10: pages that open the portal', () => {
  it.each([
    ['/', 'same-origin-allow-popups'],
    ['/app-store/apps/x', 'same-origin-allow-popups'],
    ['/app-store-enter', 'same-origin-allow-popups'],
    ['/apiary', 'same-origin-allow-popups'],
    ['/api/auth/oidc/handler/frame', undefined],
    ['/api/app-store/v1/apps', undefined],
  ])('get none of %s (%s)', (path, policy) => {
    const set: Record<string, string> = {};
    const next = jest.fn();
    openerPolicy(
      { path } as Request,
      {
        setHeader: (name: string, value: string) => {
          set[name] = value;
        },
      } as unknown as Response,
      next,
    );
    expect(set['Cross-Origin-Opener-Policy']).toBe(policy);
    expect(next).toHaveBeenCalledTimes(1);
  });
});

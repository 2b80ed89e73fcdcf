import { ConfigReader } from '@backstage/config';
import {
  patientAuthenticator,
  type Authenticator,
} from './patientAuthenticator';

/** An authenticator whose issuer does not answer for the first times. */
function impatient(failures: number) {
  let asked = 0;
  const authenticator = {
    initialize: () => {
      asked += 1;
      return {
        promise:
          asked > failures
            ? Promise.resolve({ helper: asked })
            : Promise.reject(new Error('connection refused')),
      };
    },
    start: async (_: unknown, context: { promise: Promise<unknown> }) => ({
      url: JSON.stringify(await context.promise),
    }),
  } as unknown as Authenticator;
  const warnings: string[] = [];
  const patient = patientAuthenticator({
    authenticator,
    onFailure: error => warnings.push(error.message),
  });
  const context = patient.initialize({
    callbackUrl: '',
    config: new ConfigReader({}),
  });
  return {
    warnings,
    start: () => patient.start({} as never, context),
    asked: () => asked,
  };
}

describe('patientAuthenticator', () => {
  it('asks an issuer that was down again, when somebody comes', async () => {
    const { start, asked, warnings } = impatient(2);
    await expect(start()).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
    expect(warnings).toEqual(['connection refused']);
    await expect(start()).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
    expect(await start()).toEqual({ url: '{"helper":3}' });
    await start();
    expect(asked()).toBe(3);
  });

  it('asks once where the issuer answers', async () => {
    const { start, asked, warnings } = impatient(0);
    await start();
    await start();
    expect(asked()).toBe(1);
    expect(warnings).toEqual([]);
  });
});

/** Why somebody is not signed in, said so that the sign-in page tells who can do something about it. */
import { NotAllowedError } from '@backstage/errors';

const OWNERS = {
  you: 'You can fix this',
  admin: 'An admin of the portal or of the identity provider can fix this',
  platform: 'The platform must fix this',
};

/** A refused sign-in: what happened, who can fix it, and the next step. The sign-in page shows it. */
export class SignInRefusal extends NotAllowedError {
  readonly code: string;
  readonly owner: keyof typeof OWNERS;

  constructor(options: {
    code: string;
    message: string;
    owner: keyof typeof OWNERS;
    remedy: string;
    cause?: Error;
  }) {
    super(
      `${options.message} ${OWNERS[options.owner]}: ${options.remedy} (${
        options.code
      })`,
      options.cause,
    );
    this.code = options.code;
    this.owner = options.owner;
  }
}

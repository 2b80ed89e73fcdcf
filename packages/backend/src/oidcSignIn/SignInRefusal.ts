/** Why somebody is not signed in, said so that the sign-in page tells who can do something about it. */
import { NotAllowedError } from '@backstage/errors';

const OWNERS = {
  you: 'You can change that',
  admin: 'An admin of the portal or of the identity provider can change that',
  platform: 'That is for the platform',
};

/** See the module's comment. */
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

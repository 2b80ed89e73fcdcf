/** REST: policies of admins, and why somebody may do something. */
import type { CallerOf } from '../auth/Callers';
import type { HandlersOf } from '../http/operations';
import { revisionOf, sendRevision } from '../http/revisions';
import type { Explainer } from './Explainer';
import type { IamService } from './IamService';

/** What the handlers stand on. */
export interface IamHandlerOptions {
  explainer: Explainer;
  iam: IamService;
  callerOf: CallerOf;
}

export function iamHandlers(
  options: IamHandlerOptions,
): HandlersOf<
  | 'explain'
  | 'listIamPolicies'
  | 'importIamPolicies'
  | 'getIamPolicy'
  | 'deleteIamPolicy'
> {
  const { explainer, iam, callerOf } = options;
  return {
    async explain(request, response) {
      response.json(
        await explainer.explain(await callerOf(request), request.query),
      );
    },
    async listIamPolicies(request, response) {
      sendRevision(response, await iam.list(await callerOf(request)));
    },
    async importIamPolicies(request, response) {
      sendRevision(
        response,
        await iam.import(await callerOf(request), request.body.policies, {
          replace: request.query.replace ?? false,
          revision: revisionOf(request),
        }),
      );
    },
    async getIamPolicy(request, response) {
      response.json(
        await iam.get(await callerOf(request), request.params.name),
      );
    },
    async deleteIamPolicy(request, response) {
      await iam.delete(await callerOf(request), request.params.name);
      response.status(204).end();
    },
  };
}

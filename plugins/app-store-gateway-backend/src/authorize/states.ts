/** What is answered for an instance that cannot be reached, and told to a page that waits for it. */
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import { answers, type Answer } from '../pages/answers';

/** The answer for a state in which no app is to be reached. */
export function stateAnswer(
  route: GatewayRoute,
  portal: string,
): Answer | undefined {
  if (route.terminating) return answers.gone(portal);
  if (route.status === 'SUSPENDED') return answers.suspended(route, portal);
  // An app that ended and is up again may end once more; whoever comes meanwhile gets in.
  const isUp = route.restarting && route.endpoint;
  if (route.status === 'FAILED' && !isUp) return answers.crashed(route, portal);
  if (!route.endpoint) return answers.starting(route);
  return undefined;
}

/** What a waiting page asks for. */
export function statusOf(route: GatewayRoute, portal: string): object {
  const answer = stateAnswer(route, portal);
  return answer
    ? {
        ready: false,
        code: answer.problem.code,
        detail: answer.problem.detail,
        stage: route.stage,
      }
    : { ready: true };
}

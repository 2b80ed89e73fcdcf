/** What the gateway itself answers: one for each state of an instance. */
import type {
  GatewayRoute,
  ProblemDetails,
} from '@ai-app-store/backstage-plugin-app-store-common';

/** One answer of the gateway. */
export interface Answer {
  status: number;
  problem: ProblemDetails;
  title: string;
  /** A way on: text and address. */
  link?: { text: string; href: string };
  /** Shown while an app starts; the page follows it and leads in. */
  progress?: boolean;
  retryAfterSeconds?: number;
}

function problem(
  status: number,
  code: string,
  detail: string,
  owner: ProblemDetails['owner'],
  remedy: string,
): ProblemDetails {
  return {
    type: 'about:blank',
    title: code.toLocaleLowerCase('en-US').replaceAll('_', ' '),
    status,
    detail,
    code,
    owner,
    remedy,
  };
}

/** What a launch is at; the words of two of them are the specification's (7.2). */
const STAGE_TEXTS: Record<string, string> = {
  accepted: 'Accepted, waiting for a node',
  scheduled: 'Scheduled',
  bundle: 'Sourcing The Wave Application',
  dependencies: 'Installing Application Dependencies',
  starting: 'Starting the application',
  ready: 'Ready',
};

export const answers = {
  foreignHost: (): Answer => ({
    status: 421,
    title: 'Unknown host name',
    problem: problem(
      421,
      'FOREIGN_HOST',
      'This gateway does not serve that host name.',
      'you',
      'Use the address that the app store shows.',
    ),
  }),
  badRequest: (detail: string): Answer => ({
    status: 400,
    title: 'The request cannot be read',
    problem: problem(
      400,
      'BAD_REQUEST',
      detail,
      'you',
      'Send a well-formed request.',
    ),
  }),
  headTooLarge: (): Answer => ({
    status: 431,
    title: 'This site’s cookies are too large',
    problem: problem(
      431,
      'HEAD_TOO_LARGE',
      'Your browser sent more cookies than this gateway reads. Another app may have set them.',
      'you',
      'The gateway asked your browser to delete the cookies of this site. Try again. If you see this page again, delete them in the settings of your browser.',
    ),
    link: { text: 'Try again', href: '' },
  }),
  tooSlow: (): Answer => ({
    status: 408,
    title: 'The request took too long',
    problem: problem(
      408,
      'TOO_SLOW',
      'The request did not arrive in time.',
      'you',
      'Send it again.',
    ),
  }),
  unknown: (portal: string): Answer => ({
    status: 404,
    title: 'Not found',
    problem: problem(
      404,
      'NO_SUCH_APP',
      'No app instance has this address. The instance may be terminated.',
      'you',
      'Check the address, or search for the app in the store.',
    ),
    link: { text: 'Go to the app store', href: `${portal}/app-store` },
  }),
  unassigned: (name: string, portal: string): Answer => ({
    status: 404,
    title: 'This alias is not assigned',
    problem: problem(
      404,
      'ALIAS_UNASSIGNED',
      `The alias ${name} is not assigned to an app instance.`,
      'author',
      'The owner of the alias can assign it to an instance.',
    ),
    link: { text: 'Go to the app store', href: `${portal}/app-store` },
  }),
  notLoaded: (): Answer => ({
    status: 503,
    title: 'The gateway is starting',
    retryAfterSeconds: 1,
    progress: true,
    problem: problem(
      503,
      'GATEWAY_STARTING',
      'The gateway has not received its list of apps yet.',
      'platform',
      'Try again in a moment.',
    ),
  }),
  signIn: (): Answer => ({
    status: 401,
    title: 'Sign in',
    problem: problem(
      401,
      'NOT_SIGNED_IN',
      'You must sign in to use this app.',
      'you',
      'Open the app in a browser, and sign in.',
    ),
  }),
  forbidden: (portal: string, person: string | undefined): Answer => ({
    status: 403,
    title: 'This app instance is not shared with you',
    problem: problem(
      403,
      'NOT_ADMITTED',
      `${
        person ? `You are signed in as ${person}, and this` : 'This'
      } instance is private or not shared with you.`,
      'you',
      'Ask its owner to share it, or run your own instance from the store.',
    ),
    link: { text: 'Go to the app store', href: `${portal}/app-store` },
  }),
  unknownPerson: (portal: string): Answer => ({
    status: 401,
    title: 'The app store no longer knows you',
    problem: problem(
      401,
      'PERSON_UNKNOWN',
      'Your account was removed from this portal, so you were signed out of its apps.',
      'admin',
      'If you should still have access, ask an admin to add you to the catalog again.',
    ),
    link: { text: 'Go to the app store', href: `${portal}/app-store` },
  }),
  serviceWorker: (): Answer => ({
    status: 403,
    title: 'Service workers are not allowed here',
    problem: problem(
      403,
      'SERVICE_WORKER_REFUSED',
      'This address is an alias and may point to another app later. A service worker would stay in the browsers of its users and control that app.',
      'author',
      'The app works here without a service worker. To use one, open the instance at its own address, without the alias.',
    ),
  }),
  foreignPage: (): Answer => ({
    status: 403,
    title: 'This request came from another page',
    problem: problem(
      403,
      'FOREIGN_PAGE',
      'A page of another address sent this app a request in your name.',
      'you',
      "Do this on the app's own page.",
    ),
  }),
  badTicket: (): Answer => ({
    status: 400,
    title: 'The sign-in was not completed',
    problem: problem(
      400,
      'BAD_TICKET',
      'The link was already used, is too old, or was started in another browser.',
      'you',
      'Open the app again.',
    ),
    link: { text: 'Open the app', href: '/' },
  }),
  suspended: (route: GatewayRoute, portal: string): Answer => ({
    status: 503,
    title: `${route.title} is suspended`,
    problem: problem(
      503,
      'SUSPENDED',
      'The instance is suspended. Its data volume is kept.',
      'you',
      'If it is yours, resume it in the portal. Otherwise ask its owner.',
    ),
    link: {
      text: 'Open it in the portal',
      href: `${portal}/app-store/instances/${route.id}`,
    },
  }),
  starting: (route: GatewayRoute): Answer => ({
    status: 503,
    title: `${route.title} is starting`,
    progress: true,
    retryAfterSeconds: 1,
    problem: problem(
      503,
      'STARTING',
      `${STAGE_TEXTS[route.stage ?? 'accepted']}.${
        route.problem ? ` ${route.problem.message}` : ''
      }`,
      route.problem?.owner ?? 'platform',
      route.problem?.remedy ?? 'This page opens the app when it is ready.',
    ),
  }),
  crashed: (route: GatewayRoute, portal: string): Answer => ({
    status: 502,
    title: route.restarting
      ? `${route.title} is restarting`
      : `${route.title} does not run`,
    progress: true,
    problem: problem(
      502,
      route.problem?.code ?? 'CRASHED',
      `${route.problem?.message ?? 'The app ended.'}${restartsOf(route)}`,
      route.problem?.owner ?? 'author',
      route.problem?.remedy ?? 'See its log in the portal.',
    ),
    link: {
      text: 'Open it in the portal',
      href: `${portal}/app-store/instances/${route.id}`,
    },
  }),
  gone: (portal: string): Answer => ({
    status: 410,
    title: 'This app instance was terminated',
    problem: problem(
      410,
      'GONE',
      'The instance was terminated.',
      'you',
      'Run a new one from the store.',
    ),
    link: { text: 'Go to the app store', href: `${portal}/app-store` },
  }),
  unreachable: (route: GatewayRoute): Answer => ({
    status: 502,
    title: `${route.title} does not answer`,
    retryAfterSeconds: 2,
    problem: problem(
      502,
      'UNREACHABLE',
      'The app closed the connection or does not answer at the moment.',
      'author',
      'Try again in a moment.',
    ),
    link: { text: 'Try again', href: '' },
  }),
  storeUnavailable: (): Answer => ({
    status: 503,
    title: 'The app store does not answer',
    retryAfterSeconds: 2,
    problem: problem(
      503,
      'STORE_AWAY',
      'The gateway cannot check at the moment whether you are allowed to open this app.',
      'platform',
      'Try again in a moment.',
    ),
  }),
};

/** How often an app that ends by itself was started again, as a sentence. */
function restartsOf({ restarting, restartCount = 0 }: GatewayRoute): string {
  if (!restarting || !restartCount) return '';
  return ` Restarted ${restartCount} ${restartCount === 1 ? 'time' : 'times'}.`;
}

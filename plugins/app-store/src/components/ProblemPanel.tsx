import {
  AppStoreError,
  type Problem,
  type ProblemOwner,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Alert, Text } from '@backstage/ui';
import type { ReactNode } from 'react';

const OWNERS: Record<ProblemOwner, string> = {
  you: 'You can fix this.',
  author: "The app's author can fix this.",
  admin: 'An admin can fix this.',
  platform: 'This mends itself, or an admin looks at it.',
};

/** A problem: what happened, who can fix it, what comes next. */
export function ProblemPanel(props: {
  problem: Problem;
  status?: 'danger' | 'warning';
  children?: ReactNode;
}) {
  const { problem, status = 'danger' } = props;
  return (
    <Alert
      status={status}
      icon
      role="alert"
      title={problem.message}
      description={
        <>
          <Text as="p" variant="body-small">
            {OWNERS[problem.owner]} {problem.remedy}
          </Text>
          {props.children}
        </>
      }
    />
  );
}

/** A failed request, as a problem. */
export function problemOf(error: Error): Problem {
  if (error instanceof AppStoreError) {
    const { code, detail, owner, remedy } = error.problem;
    return { code, message: detail, owner, remedy };
  }
  return {
    code: 'UNREACHABLE',
    message: `The app store does not answer: ${error.message}.`,
    owner: 'platform',
    remedy: 'Check your connection; the page tries again by itself.',
  };
}

/** A failed request. */
export function ErrorPanel(props: { error: Error }) {
  return <ProblemPanel problem={problemOf(props.error)} />;
}

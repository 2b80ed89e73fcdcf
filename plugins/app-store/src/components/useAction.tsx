import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import { useState } from 'react';
import { problemOf, ProblemWords } from './ProblemPanel';

/** Carries out what a person asked for: busy while it lasts, a toast with the remedy where it fails. */
export function useAction(): [
  busy: boolean,
  act: (work: () => Promise<void>) => Promise<void>,
] {
  const toast = useApi(toastApiRef);
  const [busy, setBusy] = useState(false);
  const act = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      const problem = problemOf(error as Error);
      toast.post({
        title: problem.message,
        description: <ProblemWords problem={problem} />,
        status: 'danger',
      });
    } finally {
      setBusy(false);
    }
  };
  return [busy, act];
}

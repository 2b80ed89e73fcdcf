import type { ReactNode } from 'react';
import { Loading, type LoadingShape } from './Loading';

/**
 * Shows nothing of its children until what stands above the others is known, so that it does not
 * push them down. They are there, and load, meanwhile.
 */
export function WaitFor(props: {
  /** What is waited for is known, or is known not to come. */
  ready: boolean;
  /** What is loading: `Loading your apps`. */
  label: string;
  shape: LoadingShape;
  lines?: number;
  children: ReactNode;
}) {
  const { ready, children, ...loading } = props;
  return (
    <>
      {!ready && <Loading {...loading} />}
      <div hidden={!ready}>{children}</div>
    </>
  );
}

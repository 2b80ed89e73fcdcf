import { useState } from 'react';

/** The sending of a form: busy while it lasts; a failure stays beside the form until it is sent again. */
export function useForm(): {
  busy: boolean;
  error?: Error;
  send: (work: () => Promise<void>) => Promise<void>;
} {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const send = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, send };
}

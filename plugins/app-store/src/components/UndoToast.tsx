import { Button } from '@backstage/ui';
import { useState } from 'react';
import { useAction } from './useAction';

/** The button of a toast that undoes what was done. */
export function UndoButton(props: { undo: () => Promise<void> }) {
  const [busy, act] = useAction();
  const [done, setDone] = useState(false);
  if (done) return <>The change was undone.</>;
  return (
    <Button
      size="small"
      variant="secondary"
      isDisabled={busy}
      onPress={() =>
        act(async () => {
          await props.undo();
          setDone(true);
        })
      }
    >
      Undo
    </Button>
  );
}

import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Flex,
} from '@backstage/ui';
import type { ReactNode } from 'react';
import { useForm } from '../hooks/useForm';
import styles from './ConfirmDialog.module.css';
import { ErrorPanel, isStale } from './ProblemPanel';

/** Asks before something is done; a refusal is said in the dialog, which stays. */
export function ConfirmDialog(props: {
  title: string;
  children: ReactNode;
  /** What the button does, in its own word. */
  confirm: string;
  destructive?: boolean;
  disabled?: boolean;
  width?: number;
  onClose: () => void;
  onConfirm: () => Promise<void>;
  /** Loads anew what the change is made from, where somebody else changed it meanwhile. */
  onStale?: () => void;
}) {
  const { title, confirm, destructive, disabled } = props;
  const { busy, error, send } = useForm();
  return (
    <Dialog
      isOpen
      onOpenChange={open => !open && props.onClose()}
      width={props.width ?? 480}
    >
      <DialogHeader>
        <span className={styles.title}>{title}</span>
      </DialogHeader>
      <DialogBody>
        <Flex direction="column" gap="4">
          {props.children}
          {error && (
            <ErrorPanel
              error={error}
              action={
                props.onStale &&
                isStale(error) && (
                  <Button
                    size="small"
                    variant="secondary"
                    onPress={() => send(async () => props.onStale!())}
                  >
                    Reload
                  </Button>
                )
              }
            />
          )}
        </Flex>
      </DialogBody>
      <DialogFooter>
        <Button
          variant="primary"
          destructive={destructive}
          isDisabled={busy || disabled}
          onPress={() =>
            send(async () => {
              await props.onConfirm();
              props.onClose();
            })
          }
        >
          {confirm}
        </Button>
        <Button variant="secondary" onPress={props.onClose}>
          Cancel
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

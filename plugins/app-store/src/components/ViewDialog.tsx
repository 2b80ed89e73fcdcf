import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
} from '@backstage/ui';
import type { ReactNode } from 'react';

/** Something to look at over a page. */
export function ViewDialog(props: {
  title: string;
  /** In pixels. Default 560. */
  width?: number;
  onClose: () => void;
  children: ReactNode;
}) {
  const { title, width = 560, onClose, children } = props;
  return (
    <Dialog isOpen onOpenChange={open => !open && onClose()} width={width}>
      <DialogHeader>{title}</DialogHeader>
      <DialogBody>{children}</DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={onClose}>
          Close
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

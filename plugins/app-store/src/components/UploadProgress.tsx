import { Button, Flex, Text } from '@backstage/ui';
import styles from './Import.module.css';
import { bytes } from '../words';

/** How far an upload is, and a way to cancel it. */
export function UploadProgress(props: {
  sent: number;
  size: number;
  /** Whoever cancels what the store has already hears what came of it. */
  cancelling: boolean;
  onCancel: () => void;
}) {
  const { sent, size, cancelling, onCancel } = props;
  const done = sent >= size;
  return (
    <div className={styles.progress}>
      <progress
        className={styles.bar}
        max={size}
        value={done ? undefined : sent}
        aria-label="Upload"
      />
      <Flex justify="between" align="center" gap="4">
        {/* The bar tells how far it is; only the step is announced. */}
        <Text as="p">
          {!done && `${bytes(sent)} of ${bytes(size)}`}
          <span role="status">
            {done &&
              !cancelling &&
              'Uploaded. The store is checking the bundle …'}
            {cancelling &&
              'Cancelling. The store already has the whole bundle …'}
          </span>
        </Text>
        <Button variant="secondary" isPending={cancelling} onPress={onCancel}>
          Cancel
        </Button>
      </Flex>
    </div>
  );
}

import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import { ButtonIcon } from '@backstage/ui';
import { RiCheckLine, RiFileCopyLine } from '@remixicon/react';
import { useEffect, useState } from 'react';
import styles from './Copy.module.css';

const SHOWN_MS = 2000;

/** Copies a text; says so in its own name, for screen readers too. */
export function CopyButton(props: { text: string; what: string }) {
  const { text, what } = props;
  const toast = useApi(toastApiRef);
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
    } catch {
      toast.post({
        title: `The ${what} could not be copied`,
        description:
          'The browser did not allow it; select the text and copy it.',
        status: 'warning',
      });
    }
  };
  return (
    <span aria-live="polite">
      <ButtonIcon
        size="small"
        variant="tertiary"
        aria-label={done ? `Copied the ${what}` : `Copy the ${what}`}
        icon={done ? <RiCheckLine /> : <RiFileCopyLine />}
        onPress={copy}
      />
    </span>
  );
}

/** A text to be used elsewhere, with the button that copies it. */
export function CopyText(props: { text: string; what: string }) {
  return (
    <span className={styles.line}>
      <code className={styles.text}>{props.text}</code>
      <CopyButton {...props} />
    </span>
  );
}

/** Several lines to be used elsewhere. */
export function CopyBlock(props: { text: string; what: string }) {
  return (
    <div className={styles.block}>
      <pre className={styles.lines} aria-label={props.what}>
        {props.text}
      </pre>
      <CopyButton {...props} />
    </div>
  );
}

import { Text } from '@backstage/ui';
import { RiFileZipLine } from '@remixicon/react';
import { useId, useState, type DragEvent } from 'react';
import { bytes } from '../words';
import styles from './BundleDrop.module.css';

/** Takes a bundle: dropped here, or chosen by a button that the keyboard reaches. */
export function BundleDrop(props: {
  file?: File;
  disabled: boolean;
  onFile: (file: File) => void;
}) {
  const { file, disabled, onFile } = props;
  const id = useId();
  const [over, setOver] = useState(false);
  const drag = (event: DragEvent, inside: boolean) => {
    event.preventDefault();
    setOver(inside && !disabled);
  };
  return (
    <div
      className={styles.drop}
      data-over={over || undefined}
      onDragEnter={event => drag(event, true)}
      onDragOver={event => drag(event, true)}
      onDragLeave={event => drag(event, false)}
      onDrop={event => {
        drag(event, false);
        const [dropped] = event.dataTransfer.files;
        if (dropped && !disabled) onFile(dropped);
      }}
    >
      <RiFileZipLine size={40} aria-hidden="true" />
      {file ? (
        <Text as="p" weight="bold">
          {file.name}, {bytes(file.size)}
        </Text>
      ) : (
        <Text as="p">Drop a .wave or .zip file here</Text>
      )}
      <input
        id={id}
        type="file"
        accept=".wave,.zip,application/zip"
        disabled={disabled}
        className={styles.input}
        onChange={event => {
          const [chosen] = event.target.files ?? [];
          // The same file may be chosen again after it was mended.
          event.target.value = '';
          if (chosen) onFile(chosen);
        }}
      />
      <label htmlFor={id} className={styles.choose}>
        {file ? 'Choose another file' : 'Choose a file'}
      </label>
    </div>
  );
}

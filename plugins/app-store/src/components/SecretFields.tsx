import { secretKeyProblem } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  ButtonIcon,
  Flex,
  Switch,
  Text,
  TextAreaField,
  TextField,
} from '@backstage/ui';
import { RiAddLine, RiDeleteBinLine } from '@remixicon/react';
import { useState } from 'react';
import type { SecretEntry } from '../secretValues';
import styles from './SecretFields.module.css';

/** What keeps entries from being sent, in one sentence. */
export function entriesProblem(entries: SecretEntry[]): string | undefined {
  const keys = entries.map(({ key }) => key);
  if (!keys.length) return 'A secret needs at least one key.';
  for (const key of keys) {
    if (!key) return 'Every value needs a key.';
    const problem = secretKeyProblem(key);
    if (problem) return `The key ${key} ${problem}.`;
  }
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  return twice ? `The key ${twice} is given twice.` : undefined;
}

/** Keys and values of a secret; values are masked until somebody wants to see them. */
export function SecretFields(props: {
  entries: SecretEntry[];
  onChange: (entries: SecretEntry[]) => void;
}) {
  const { entries, onChange } = props;
  const [shown, setShown] = useState(false);
  const set = (index: number, part: Partial<SecretEntry>) =>
    onChange(
      entries.map((entry, i) => (i === index ? { ...entry, ...part } : entry)),
    );
  return (
    <Flex
      direction="column"
      gap="3"
      role="group"
      aria-label="Keys and values"
      className={styles.fields}
    >
      {entries.map((entry, i) => (
        <div key={i} className={styles.row}>
          <TextField
            aria-label={`Key ${i + 1}`}
            placeholder="Key"
            value={entry.key}
            onChange={key => set(i, { key })}
            autoComplete="off"
          />
          {entry.binary ? (
            <Text color="secondary">
              Binary value, not changed ({entry.value.length} characters of
              base64)
            </Text>
          ) : (
            <TextAreaField
              aria-label={`Value of ${entry.key || `key ${i + 1}`}`}
              placeholder="Value"
              rows={entry.value.includes('\n') ? 4 : 1}
              className={shown ? undefined : styles.masked}
              value={entry.value}
              onChange={value => set(i, { value })}
              autoComplete="off"
              spellCheck="false"
            />
          )}
          <ButtonIcon
            variant="tertiary"
            icon={<RiDeleteBinLine />}
            aria-label={`Remove ${entry.key || `key ${i + 1}`}`}
            onPress={() => onChange(entries.filter((_, at) => at !== i))}
          />
        </div>
      ))}
      <Flex gap="4" align="center" style={{ flexWrap: 'wrap' }}>
        <Button
          size="small"
          variant="secondary"
          iconStart={<RiAddLine />}
          onPress={() =>
            onChange([...entries, { key: '', value: '', binary: false }])
          }
        >
          Add a key
        </Button>
        <Switch label="Show values" isSelected={shown} onChange={setShown} />
      </Flex>
    </Flex>
  );
}

import { Text } from '@backstage/ui';
import { usePersonNames } from '../hooks/usePersonNames';
import { shortRef } from '../words';

/** Somebody, or a group, by name; the ref stands on hover, and below it where admins need it. */
export function PersonName(props: {
  of: string;
  /** Shows the ref, too. */
  withRef?: boolean;
}) {
  const { of: ref, withRef } = props;
  const name = usePersonNames([ref])(ref);
  return (
    // One thing to whatever lays it out.
    <span>
      <span title={ref}>{name}</span>
      {withRef && name !== shortRef(ref) && (
        <Text
          as="span"
          variant="body-small"
          color="secondary"
          style={{ display: 'block' }}
        >
          {shortRef(ref)}
        </Text>
      )}
    </span>
  );
}

/** Several, one after another. */
export function PersonNames(props: { of: string[] }) {
  const nameOf = usePersonNames(props.of);
  return (
    <>
      {props.of.map((ref, i) => (
        <span key={ref} title={ref}>
          {i > 0 && ', '}
          {nameOf(ref)}
        </span>
      ))}
    </>
  );
}

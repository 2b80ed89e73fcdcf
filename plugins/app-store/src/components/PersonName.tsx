import { Text } from '@backstage/ui';
import { usePersonName, usePersonNames } from '../hooks/usePersonNames';
import { shortRef } from '../words';

/** Somebody, or a group, by name; the ref stands on hover, and below it where admins need it. */
export function PersonName(props: {
  of: string;
  /** Shows the ref, too. */
  withRef?: boolean;
}) {
  const { of: ref, withRef } = props;
  const { name, pending } = usePersonName(ref);
  return (
    // One thing to whatever lays it out. A column keeps the width of most names, so that it does not grow with them.
    <span
      style={
        withRef ? { display: 'inline-block', minWidth: '8rem' } : undefined
      }
    >
      <span title={ref}>{name}</span>
      {withRef && (pending || name !== shortRef(ref)) && (
        <Text
          as="span"
          variant="body-small"
          color="secondary"
          // Its place is kept until the name is there: nothing moves.
          style={{
            display: 'block',
            visibility: pending ? 'hidden' : undefined,
          }}
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

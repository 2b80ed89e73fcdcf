import { day, fullMoment, when } from '../words';

/** A moment, as every page writes it: short, the whole of it on hover, and for programs. */
export function When(props: {
  at: string;
  /** The day alone. */
  day?: boolean;
}) {
  const { at } = props;
  return (
    <time dateTime={at} title={fullMoment(at)}>
      {props.day ? day(at) : when(at)}
    </time>
  );
}

import type { AppInstance } from '@ai-app-store/backstage-plugin-app-store-common';
import { VisuallyHidden } from '@backstage/ui';
import { useEffect, useRef, useState } from 'react';
import { statusText } from './StatusBadge';

/** Says to screen readers when one of several instances has another state, and when one is gone. */
export function StatusAnnouncer(props: { instances?: AppInstance[] }) {
  const { instances } = props;
  const [announced, setAnnounced] = useState('');
  const before = useRef<Map<string, { title: string; status: string }>>();
  useEffect(() => {
    if (!instances) return;
    const now = new Map(
      instances.map(each => [
        each.id,
        { title: each.appTitle, status: statusText(each) },
      ]),
    );
    const known = before.current;
    before.current = now;
    if (!known) return;
    const news = [
      ...[...now].flatMap(([id, { title, status }]) =>
        known.get(id)?.status === status ? [] : `${title}: ${status}`,
      ),
      ...[...known].flatMap(([id, { title }]) =>
        now.has(id) ? [] : `${title}: Terminated`,
      ),
    ];
    // The same words twice are two pieces of news: without a difference nothing would be said.
    if (news.length)
      setAnnounced(last => {
        const next = news.join('. ');
        return last === next ? `${next}\u00a0` : next;
      });
  }, [instances]);
  return (
    <VisuallyHidden>
      <span role="status">{announced}</span>
    </VisuallyHidden>
  );
}

import type { DeclarationState } from '@ai-app-store/backstage-plugin-app-store-common';
import { Badge, type Tone } from '../components/Badge';
import { STATES } from './words';

const TONES: Record<DeclarationState, Tone> = {
  IN_SYNC: 'good',
  PROGRESSING: 'moving',
  DRIFTED: 'warning',
  PROPOSED: 'info',
  REFUSED: 'bad',
  ORPHANED: 'warning',
  UNREADABLE: 'bad',
};

/** The state of a declaration, in words and a colour. */
export function StateBadge(props: { state: DeclarationState }) {
  return <Badge tone={TONES[props.state]}>{STATES[props.state]}</Badge>;
}

import type { DeclarationChange } from '@ai-app-store/backstage-plugin-app-store-common';
import { DataTable } from '../components/DataTable';

/** What is declared against what is there. */
export function Changes(props: { changes: DeclarationChange[] }) {
  if (!props.changes.length) return null;
  return (
    <DataTable
      label="Declared and actual"
      items={props.changes.map(change => ({ id: change.field, ...change }))}
      columns={[
        { label: 'Field', lead: true, cell: change => change.field },
        { label: 'Declared', cell: change => change.declared ?? 'nothing' },
        { label: 'Actual', cell: change => change.actual ?? 'nothing' },
      ]}
    />
  );
}

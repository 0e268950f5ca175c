import { Alert, List } from '@mantine/core';
import type { Faults } from '../plans/validation';

const MOST_SHOWN = 12;

/** All that is wrong, wherever it stands, for what has no field of its own is told nowhere else. */
export function FaultList({ faults, whole }: { faults: Faults; whole: string }) {
  const all = Object.entries(faults);
  return (
    <div role="status" aria-live="polite">
      {all.length > 0 && (
        <Alert color="red" variant="outline" className="failure" title={all.length === 1 ? 'One thing is not right yet' : `${all.length} things are not right yet`}>
          <List size="sm">{all.slice(0, MOST_SHOWN).map(([path, fault]) => <List.Item key={path}><b>{path || whole}</b> {fault}</List.Item>)}</List>
        </Alert>
      )}
    </div>
  );
}

import { Alert, Group, Progress, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { BASE } from '../layout/places';
import type { Run } from '../live/useRun';
import { clock } from '../parts/format';
import { StatusBadge } from '../parts/StatusBadge';

/** What goes on now: how long it has, how far it is, and what can be done about it. */
export function RunningBanner({ run, children }: { run: Run; children?: ReactNode }) {
  const { execution, progress, isLost } = run;
  const planned = execution.planned_duration_seconds;
  return (
    <Alert variant="outline" className="running-banner" data-testid="test-running-alert" color={execution.status === 'paused' ? 'yellow.9' : 'blue.8'}>
      <Group justify="space-between" gap="xs" mb="xs">
        <Group gap="xs">
          <StatusBadge word={execution.status} />
          <Text fw={600} component={Link} to={`${BASE}/executions/${execution.id}`}>{execution.execution_name}</Text>
        </Group>
        <Text size="sm"><span data-testid="elapsed">{clock((planned * progress) / 100)}</span> of {clock(planned)}, {Math.round(progress)} %</Text>
      </Group>
      <Progress value={progress} aria-label="Progress of the run" size="lg" />
      <p className="visually-hidden" role="status">{statusSentence(run)}</p>
      {execution.queue && <Text size="sm" mt="xs">Number {execution.queue.position} in the line; waits for {execution.queue.waits_for}.</Text>}
      {isLost && <Text size="sm" mt="xs" data-testid="feed-lost"><StatusBadge word="lost" label="connection lost" /> What happens meanwhile is shown when it is back.</Text>}
      {children}
    </Alert>
  );
}

// Changes at every tenth only, so that a reader of screens is not talked at each second.
function statusSentence({ execution, progress, isLost }: Run): string {
  const tenth = Math.floor(progress / 10) * 10;
  return `${execution.execution_name} is ${execution.status}${tenth > 0 ? `, ${tenth} % done` : ''}.${isLost ? ' The connection is lost.' : ''}`;
}

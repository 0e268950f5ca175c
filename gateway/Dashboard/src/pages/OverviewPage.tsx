import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../api/client';
import { RunCharts } from '../charts/RunCharts';
import { Page } from '../layout/Page';
import { BASE } from '../layout/places';
import { useRunning } from '../layout/useRunning';
import { isOver } from '../live/liveFeed';
import { useRun } from '../live/useRun';
import { StatusBadge } from '../parts/StatusBadge';
import { Empty, QueryView } from '../parts/QueryView';
import { ExecutionsTable } from '../runs/ExecutionsTable';
import { MetricsCards } from '../runs/MetricsCards';
import { RunningBanner } from '../runs/RunningBanner';
import { RunPicker } from '../runs/RunPicker';
import { SteeringButtons } from '../runs/SteeringButtons';

/** Start a test, watch it, and see what came of the last ones. */
export function OverviewPage() {
  const running = useRunning();
  const [started, setStarted] = useState<string>();
  const recent = api.useQuery('get', '/api/load-testing/executions', { params: { query: { limit: 10 } } }, { refetchInterval: 10_000 });
  const shown = started ?? running?.id ?? recent.data?.executions[0]?.id;
  return (
    <Page title="Load Testing" actions={<Button component={Link} to={`${BASE}/results`} variant="default">All results</Button>}>
      <ShownRun id={shown} onStarted={setStarted} />
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="xs">Recent executions</Title>
        <QueryView query={recent} what="the executions">
          {({ executions }) => executions.length === 0
            ? <Empty title="No load tests executed yet"><Text size="sm">Choose a configuration above and press Start.</Text></Empty>
            : <ExecutionsTable caption="The last ten executions" executions={executions} />}
        </QueryView>
      </Paper>
    </Page>
  );
}

function ShownRun({ id, onStarted }: { id: string | undefined; onStarted: (id: string) => void }) {
  const run = useRun(id);
  const execution = run.data?.execution;
  const isGoingOn = execution !== undefined && !isOver(execution.status);
  return (
    <>
      <RunPicker running={isGoingOn ? execution : undefined} onStarted={onStarted} />
      {id && (
        <QueryView query={run} what="the run">
          {(shown) => (
            <Stack gap="md">
              {isGoingOn
                ? <RunningBanner run={shown}><SteeringButtons execution={shown.execution} /></RunningBanner>
                : <Group gap="xs"><Text>Latest: <Link to={`${BASE}/executions/${shown.execution.id}`}>{shown.execution.execution_name}</Link></Text><StatusBadge word={shown.execution.verdict ?? shown.execution.status} /></Group>}
              <MetricsCards run={shown} />
              <RunCharts seconds={shown.seconds} marks={shown.marks} />
            </Stack>
          )}
        </QueryView>
      )}
    </>
  );
}

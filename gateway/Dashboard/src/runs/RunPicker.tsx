import { Button, Group, NativeSelect, Paper } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { api, fetchApi, refresh, type Execution } from '../api/client';
import { useMay } from '../api/session';
import { BASE } from '../layout/places';
import { notifyFailed } from '../parts/notify';
import { Empty, QueryView } from '../parts/QueryView';
import { StopButton } from './SteeringButtons';

/** Asks for a run; the key makes a press that is repeated the same run. */
async function start(configurationId: string): Promise<string | undefined> {
  const asked = await fetchApi.POST('/api/load-testing/execute', { params: { header: { 'Idempotency-Key': crypto.randomUUID() } }, body: { configurationId } })
    .catch((broken: unknown) => ({ data: undefined, error: broken }));
  if (asked.error) notifyFailed(asked.error);
  await refresh('/api/load-testing/executions');
  return asked.data?.execution.id;
}

/** Which test, and the button that starts it or stops the one that goes on. */
export function RunPicker({ running, onStarted }: { running: Execution | undefined; onStarted: (id: string) => void }) {
  const configurations = api.useQuery('get', '/api/load-testing/configurations', { params: { query: { limit: 200 } } });
  const mayRun = useMay('engineer');
  const [chosen, setChosen] = useState('');
  const [isStarting, setIsStarting] = useState(false);
  const press = async () => {
    setIsStarting(true);
    const id = await start(chosen);
    setIsStarting(false);
    if (id) onStarted(id);
  };
  return (
    <Paper withBorder p="md" data-testid="test-configurations">
      <QueryView query={configurations} what="the configurations">
        {({ configurations: all }) => all.length === 0 ? (
          <Empty title="No test configurations yet">
            {mayRun && <Button component={Link} to={`${BASE}/configurations/new`}>Make the first configuration</Button>}
          </Empty>
        ) : (
          <Group align="end">
            <NativeSelect id="config-select" data-testid="config-select" label="Test configuration" value={chosen} onChange={(e) => setChosen(e.currentTarget.value)} flex={1} miw={200}>
              <option value="">Choose a configuration</option>
              {all.map((one) => <option key={one.id} value={one.id}>{`${one.name} (${one.test_type ?? 'load'})`}</option>)}
            </NativeSelect>
            {mayRun && (running
              ? <StopButton execution={running} />
              : <Button onClick={() => void press()} disabled={chosen === ''} loading={isStarting} data-testid="start-test-button">Start</Button>)}
          </Group>
        )}
      </QueryView>
    </Paper>
  );
}

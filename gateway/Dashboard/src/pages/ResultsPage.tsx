import { Button, Checkbox, Group, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api, type Execution } from '../api/client';
import { Page } from '../layout/Page';
import { BASE } from '../layout/places';
import { ConfigurationSelect } from '../parts/ConfigurationSelect';
import { Pager, useCursor } from '../parts/Pager';
import { Empty, QueryView } from '../parts/QueryView';
import { ExecutionsTable } from '../runs/ExecutionsTable';

const STATUSES = ['scheduled', 'running', 'paused', 'completed', 'failed', 'cancelled'] as const;
type Status = (typeof STATUSES)[number];
const MOST_COMPARED = 10;

/** All executions, newest first; those that are ticked can be compared. */
export function ResultsPage() {
  const [search, setSearch] = useSearchParams();
  const cursor = useCursor();
  const [chosen, setChosen] = useState<string[]>([]);
  const status = STATUSES.find((one) => one === search.get('status'));
  const configurationId = search.get('configuration') ?? undefined;
  const query = { limit: 25, ...(status && { status }), ...(configurationId && { configurationId }), ...(cursor.at && { cursor: cursor.at }) };
  const executions = api.useQuery('get', '/api/load-testing/executions', { params: { query } }, { refetchInterval: 10_000 });
  const filter = (name: string, value: string) => {
    cursor.first();
    setSearch((before) => {
      if (value) before.set(name, value);
      else before.delete(name);
      return before;
    });
  };
  const tick = {
    header: 'Compare',
    cell: (x: Execution) => (
      <Checkbox aria-label={`Compare ${x.execution_name}`} checked={chosen.includes(x.id)} disabled={!chosen.includes(x.id) && chosen.length === MOST_COMPARED}
        onChange={(e) => setChosen(e.currentTarget.checked ? [...chosen, x.id] : chosen.filter((id) => id !== x.id))} />
    ),
  };
  return (
    <Page title="Test Results" actions={<CompareButton chosen={chosen} />}>
      <Group align="end">
        <NativeSelect label="Status" value={status ?? ''} onChange={(e) => filter('status', e.currentTarget.value)} data={[{ value: '', label: 'Any' }, ...STATUSES.map((one: Status) => ({ value: one, label: one }))]} />
        <ConfigurationSelect value={configurationId ?? ''} onChange={(id) => filter('configuration', id)} any="Any" />
      </Group>
      <QueryView query={executions} what="the results">
        {(page) => page.executions.length === 0 ? <Empty title="No executions here"><Link to={BASE}>Run a load test</Link></Empty> : (
          <>
            <ExecutionsTable caption="Executions, newest first" executions={page.executions} before={[tick]} />
            <Pager cursor={cursor} next={page.nextCursor} />
          </>
        )}
      </QueryView>
    </Page>
  );
}

function CompareButton({ chosen }: { chosen: readonly string[] }) {
  if (chosen.length < 2) return <Button disabled>Compare two or more</Button>;
  return <Button component={Link} to={`${BASE}/compare?executions=${chosen.join(',')}`}>Compare {chosen.length} executions</Button>;
}

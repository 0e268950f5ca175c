import { Button, Group, Text } from '@mantine/core';
import { useNavigate } from 'react-router';
import { act } from '../api/act';
import { fetchApi, type Execution } from '../api/client';
import { useMay } from '../api/session';
import { BASE } from '../layout/places';
import { isOver } from '../live/liveFeed';
import { confirm } from '../parts/confirm';
import { when } from '../parts/format';
import { notifyFailed } from '../parts/notify';
import { StatusBadge } from '../parts/StatusBadge';
import { StopButton } from '../runs/SteeringButtons';

/** Verdict, state and date. */
export function ExecutionLine({ execution }: { execution: Execution }) {
  return (
    <Group gap="xs">
      {execution.verdict && <span data-testid="verdict"><StatusBadge word={execution.verdict} /></span>}
      <StatusBadge word={execution.status} />
      <Text size="sm">{when(execution.started_at ?? execution.created_at)}{execution.requested_by && ` by ${execution.requested_by}`}</Text>
      {execution.error_details.reason && <Text size="sm">{execution.error_details.reason}</Text>}
    </Group>
  );
}

/** What can be done with one execution as a whole. */
export function ExecutionActions({ execution }: { execution: Execution }) {
  const mayRun = useMay('engineer');
  const navigate = useNavigate();
  const rerun = async () => {
    const params = { path: { id: execution.id }, header: { 'Idempotency-Key': crypto.randomUUID() } };
    const { data } = await act(fetchApi.POST('/api/load-testing/executions/{id}/rerun', { params }), 'It runs again, with the same arrivals.', '/api/load-testing/executions');
    if (data) await navigate(`${BASE}/executions/${data.execution.id}`);
  };
  const makeBaseline = () => confirm({
    title: 'Make this the baseline?', text: `Later runs of this configuration are held against ${execution.execution_name}.`, action: 'Make it the baseline',
    onConfirm: () => void act(fetchApi.PUT('/api/load-testing/baselines', { body: { executionId: execution.id, scope: 'configuration' } }), 'It is the baseline now.', '/api/load-testing/baselines', '/api/load-testing/executions/{id}/baseline'),
  });
  return (
    <>
      <Button component="a" variant="default" href={`/api/load-testing/executions/${execution.id}/report?format=html`} target="_blank" rel="noreferrer">View Full Report</Button>
      <Button variant="default" onClick={() => void download(execution)}>Download Raw Data</Button>
      {mayRun && isOver(execution.status) && <Button variant="default" onClick={() => void rerun()}>Run again</Button>}
      {mayRun && execution.verdict === 'passed' && <Button variant="default" onClick={makeBaseline}>Make it the baseline</Button>}
      {mayRun && !isOver(execution.status) && <StopButton execution={execution} />}
    </>
  );
}

/** Everything that is known of an execution, as one file. */
async function download(execution: Execution) {
  try {
    const path = { id: execution.id };
    const [metrics, endpoints, resources, events] = await Promise.all([
      fetchApi.GET('/api/load-testing/executions/{id}/metrics', { params: { path, query: { granularity: 'second' } } }),
      fetchApi.GET('/api/load-testing/executions/{id}/endpoints', { params: { path } }),
      fetchApi.GET('/api/load-testing/executions/{id}/resources', { params: { path, query: { granularity: 'second' } } }),
      fetchApi.GET('/api/load-testing/executions/{id}/events', { params: { path } }),
    ]);
    const broken = [metrics, endpoints, resources, events].find((answer) => answer.error);
    if (broken) {
      notifyFailed(broken.error);
      return;
    }
    const content = { execution, metrics: metrics.data?.metrics, endpoints: endpoints.data?.endpoints, resources: resources.data, events: events.data?.events };
    save(`${execution.id}.json`, JSON.stringify(content, null, 1));
  } catch (broken) {
    notifyFailed(broken);
  }
}

function save(name: string, text: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

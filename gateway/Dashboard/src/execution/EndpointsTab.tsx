import { Stack, Text, Title } from '@mantine/core';
import { api, type Schemas } from '../api/client';
import { DataTable, type Column } from '../parts/DataTable';
import { count, milliseconds, percent, perSecond, toneOfErrorRate, words } from '../parts/format';
import { Empty, QueryView } from '../parts/QueryView';
import { StatusBadge } from '../parts/StatusBadge';

type Endpoint = Schemas['EndpointPerformance'];

const COLUMNS: Column<Endpoint>[] = [
  { header: 'Operation', cell: (e) => e.operation },
  { header: 'Scenario', cell: (e) => e.scenario },
  { header: 'Request', cell: (e) => [e.http_method, e.endpoint_path].filter(Boolean).join(' ') || (e.kind ?? '–') },
  { header: 'Requests', cell: (e) => count(e.total_requests), isNumber: true },
  { header: 'Error rate', cell: (e) => <StatusBadge word={percent(e.error_rate)} tone={toneOfErrorRate(e.error_rate)} />, isNumber: true },
  { header: 'Average', cell: (e) => milliseconds(e.avg_response_time), isNumber: true },
  { header: 'p50', cell: (e) => milliseconds(e.p50_response_time), isNumber: true },
  { header: 'p95', cell: (e) => milliseconds(e.p95_response_time), isNumber: true },
  { header: 'p99', cell: (e) => milliseconds(e.p99_response_time), isNumber: true },
  { header: 'Most', cell: (e) => milliseconds(e.max_response_time), isNumber: true },
  { header: 'Throughput', cell: (e) => perSecond(e.throughput_rps), isNumber: true },
  { header: 'Status codes', cell: (e) => counts(e.status_code_distribution) },
  { header: 'Errors', cell: (e) => counts(e.error_types) },
];

export function EndpointsTab({ id }: { id: string }) {
  const endpoints = api.useQuery('get', '/api/load-testing/executions/{id}/endpoints', { params: { path: { id } } });
  return (
    <QueryView query={endpoints} what="the endpoints">
      {(answer) => answer.endpoints.length === 0 ? <Empty title="No operation was measured" /> : (
        <Stack>
          <Text>Slowest first. {answer.errorProneEndpoints.length > 0 ? `${answer.errorProneEndpoints.length} with more than 1 % of errors.` : 'None has more than 1 % of errors.'}</Text>
          <DataTable caption="Operations, slowest first" columns={COLUMNS} rows={answer.endpoints} rowKey={keyOf} />
          {answer.errorProneEndpoints.length > 0 && (
            <>
              <Title order={2} size="h4">With errors</Title>
              <DataTable caption="Operations with more than 1 % of errors" columns={COLUMNS} rows={answer.errorProneEndpoints} rowKey={keyOf} />
            </>
          )}
        </Stack>
      )}
    </QueryView>
  );
}

function keyOf(endpoint: Endpoint): string {
  return `${endpoint.scenario} ${endpoint.operation}`;
}

function counts(byName: Record<string, number> | undefined): string {
  return Object.entries(byName ?? {}).map(([name, times]) => `${words(name)}: ${count(times)}`).join(', ') || '–';
}

import { List, Stack, Title } from '@mantine/core';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useQueries } from '@tanstack/react-query';
import { api, type Schemas } from '../api/client';
import { ChartWithTable } from '../charts/ChartWithTable';
import type { Series } from '../charts/series';
import { Page } from '../layout/Page';
import { BASE } from '../layout/places';
import { DataTable, type Column } from '../parts/DataTable';
import { milliseconds, NOTHING, when } from '../parts/format';
import { Empty, QueryView } from '../parts/QueryView';
import { StatusBadge } from '../parts/StatusBadge';
import { ChangesTable } from '../runs/ChangesTable';

type Comparison = Schemas['ExecutionComparison'];
type Compared = Comparison['executions'][number];

const EXECUTIONS: Column<Compared>[] = [
  { header: 'Execution', cell: (x) => <Link to={`${BASE}/executions/${x.execution_id}`}>{x.execution_name}</Link> },
  { header: 'Environment', cell: (x) => x.environment },
  { header: 'When', cell: (x) => when(x.requested_at) },
  { header: 'Verdict', cell: (x) => (x.verdict ? <StatusBadge word={x.verdict} /> : NOTHING) },
];

/** Executions beside the first of them. */
export function ComparePage() {
  const ids = useSearchParams()[0].get('executions') ?? '';
  const isEnough = ids.split(',').filter(Boolean).length >= 2;
  const comparison = api.useQuery('get', '/api/load-testing/compare', { params: { query: { executionIds: ids } } }, { enabled: isEnough });
  if (!isEnough) return <Page title="Compare"><Empty title="Choose two or more executions"><Link to={`${BASE}/results`}>Tick them in the results</Link></Empty></Page>;
  return <Page title="Compare"><QueryView query={comparison} what="the comparison">{(answer) => <Shown comparison={answer.comparison} />}</QueryView></Page>;
}

function Shown({ comparison }: { comparison: Comparison }) {
  const nameOf = (id: string) => comparison.executions.find((x) => x.execution_id === id)?.execution_name ?? id;
  return (
    <Stack>
      <DataTable caption="The executions" columns={EXECUTIONS} rows={comparison.executions} rowKey={(x) => x.execution_id} />
      <List aria-label="Insights">{comparison.insights.map((insight) => <List.Item key={insight}>{insight}</List.Item>)}</List>
      <OverTime executions={comparison.executions} />
      {comparison.changes.map((change) => (
        <section key={change.execution_id} aria-label={`${nameOf(change.execution_id)} beside the first`}>
          <Title order={2} size="h4" mb="xs">{nameOf(change.execution_id)} beside {nameOf(comparison.base_execution_id)} <StatusBadge word={change.verdict} /></Title>
          <ChangesTable caption={`Differences of ${nameOf(change.execution_id)}`} base="First" candidate="This one" changes={[...change.overall, ...change.operations]} />
        </section>
      ))}
    </Stack>
  );
}

function OverTime({ executions }: { executions: readonly Compared[] }) {
  const answers = useQueries({
    queries: executions.map((x) => api.queryOptions('get', '/api/load-testing/executions/{id}/metrics', { params: { path: { id: x.execution_id }, query: { granularity: 'second' } } })),
    combine: (all) => all.map((one) => one.data?.metrics ?? []),
  });
  const { x, series } = useMemo(() => {
    const longest = Math.max(0, ...answers.map((seconds) => (seconds.at(-1)?.timestamp_offset ?? -1) + 1));
    const lines = answers.map((seconds, i): Series => {
      const byOffset = new Map(seconds.map((second) => [second.timestamp_offset, second.p95_response_time]));
      return { name: `p95 of ${executions[i]?.execution_name ?? ''}`, axis: 'left', format: milliseconds, values: Array.from({ length: longest }, (_, at) => byOffset.get(at) ?? null) };
    });
    return { x: Array.from({ length: longest }, (_, at) => at), series: lines };
  }, [answers, executions]);
  return <ChartWithTable title="p95 response time, one over the other" x={x} series={series} />;
}

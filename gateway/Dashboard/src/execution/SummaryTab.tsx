import { List, Stack, Text, Title } from '@mantine/core';
import { api, type Execution, type Schemas } from '../api/client';
import { isOver } from '../live/liveFeed';
import type { Run } from '../live/useRun';
import { DataTable, type Column } from '../parts/DataTable';
import { Facts } from '../parts/Facts';
import { bytes, clock, count, figure, milliseconds, percent, sentence, when } from '../parts/format';
import { StatusBadge } from '../parts/StatusBadge';
import { SpecialResults } from './SpecialResults';
import { MetricsCards } from '../runs/MetricsCards';

type Criterion = Schemas['CriterionResult'];
type BaselineMetric = Schemas['BaselineComparison']['metrics'][number];

const CRITERIA: Column<Criterion>[] = [
  { header: 'Criterion', cell: (c) => c.title },
  { header: 'Measured', cell: (c) => figure(c.title ?? '', c.value), isNumber: true },
  { header: 'Result', cell: (c) => <StatusBadge word={c.passed ? 'passed' : 'failed'} /> },
];

const BASELINE: Column<BaselineMetric>[] = [
  { header: 'Metric', cell: (m) => sentence(m.metric) },
  { header: 'Baseline', cell: (m) => figure(m.metric, m.baseline), isNumber: true },
  { header: 'This run', cell: (m) => figure(m.metric, m.actual), isNumber: true },
  { header: 'Change', cell: (m) => percent(m.change), isNumber: true },
  { header: 'Result', cell: (m) => <StatusBadge word={m.status} /> },
];

export function SummaryTab({ run }: { run: Run }) {
  const { execution } = run;
  const { criteria = [], reasons = [] } = execution.summary;
  return (
    <Stack>
      <MetricsCards run={run} />
      {reasons.length > 0 && <List aria-label="Reasons of the verdict">{reasons.map((reason) => <List.Item key={reason}>{reason}</List.Item>)}</List>}
      {isOver(execution.status) && execution.verdict && <SpecialResults execution={execution} />}
      <Title order={2} size="h4">Criteria</Title>
      {criteria.length > 0
        ? <DataTable caption="What had to hold" columns={CRITERIA} rows={criteria} rowKey={(c, i) => `${c.title} ${i}`} />
        : <Text>{isOver(execution.status) ? 'No criterion was judged.' : 'The run is judged when it is over.'}</Text>}
      {isOver(execution.status) && execution.verdict && <BaselineSection id={execution.id} />}
      <Title order={2} size="h4">Facts</Title>
      <Facts facts={factsOf(execution)} />
    </Stack>
  );
}

function BaselineSection({ id }: { id: string }) {
  const { data } = api.useQuery('get', '/api/load-testing/executions/{id}/baseline', { params: { path: { id } } }, { retry: false });
  if (!data?.comparison) return null;
  return (
    <>
      <Title order={2} size="h4">Against the baseline <StatusBadge word={data.comparison.status} /></Title>
      <DataTable caption="This run and the baseline" columns={BASELINE} rows={data.comparison.metrics} rowKey={(m) => m.metric} />
    </>
  );
}

function factsOf(execution: Execution): [string, string][] {
  return [
    ['Environment', execution.summary.environment ?? '–'],
    ['Begun', when(execution.started_at)],
    ['Ended', when(execution.completed_at)],
    ['Duration', `${clock(execution.duration_seconds)} of ${clock(execution.planned_duration_seconds)}`],
    ['Virtual users at most', count(execution.concurrent_users_peak)],
    ['Response time, least and most', `${milliseconds(execution.min_response_time)}, ${milliseconds(execution.max_response_time)}`],
    ['Median', milliseconds(execution.p50_response_time)],
    ['Checks passed and failed', `${count(execution.checks_passed)}, ${count(execution.checks_failed)}`],
    ['CPU of the load generators at most', percent(execution.peak_cpu_usage)],
    ['Memory of the load generators at most', bytes(execution.peak_memory_usage)],
    ['Seed', String(execution.summary.seed ?? '–')],
    ['Platform version', execution.manifest?.versions.platform ?? '–'],
  ];
}

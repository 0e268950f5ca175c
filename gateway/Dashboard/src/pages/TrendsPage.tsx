import { Group, List, NativeSelect, SimpleGrid, Stack, Title } from '@mantine/core';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api, type Schemas } from '../api/client';
import { ChartWithTable } from '../charts/ChartWithTable';
import type { Mark, Series } from '../charts/series';
import { Page } from '../layout/Page';
import { BASE } from '../layout/places';
import { ConfigurationSelect } from '../parts/ConfigurationSelect';
import { figure, milliseconds, percent, perSecond, sentence, when, words } from '../parts/format';
import { MetricCard } from '../parts/MetricCard';
import { Empty, QueryView } from '../parts/QueryView';
import { asPlan, asText } from '../plans/plan';

type Point = Schemas['TrendPoint'];
type Change = Schemas['TrendChange'];

/** The history of a configuration. */
export function TrendsPage() {
  const [search, setSearch] = useSearchParams();
  const { data } = api.useQuery('get', '/api/load-testing/configurations', { params: { query: { limit: 200 } } });
  const configurationId = search.get('configuration') ?? data?.configurations[0]?.id ?? '';
  const scenario = search.get('scenario') ?? '';
  const configuration = data?.configurations.find((one) => one.id === configurationId);
  const scenarios = (configuration?.scenario_config?.scenarios ?? []).map((one) => (typeof one === 'string' ? one : asText(asPlan(one).name)));
  const trend = api.useQuery('get', '/api/load-testing/trends', { params: { query: { configurationId, limit: 100, ...(scenario && { scenario }) } } }, { enabled: configurationId !== '' });
  return (
    <Page title="Trends">
      <Group>
        <ConfigurationSelect value={configurationId} onChange={(id) => setSearch({ configuration: id })} any="Choose a configuration" />
        <NativeSelect label="Scenario" value={scenario} onChange={(e) => setSearch({ configuration: configurationId, scenario: e.currentTarget.value })} data={[{ value: '', label: 'All' }, ...scenarios]} />
      </Group>
      {configurationId === '' ? <Empty title="Choose a configuration" /> : (
        <QueryView query={trend} what="the trend">
          {(answer) => answer.trend.length === 0
            ? <Empty title="This configuration has no finished runs"><Link to={BASE}>Run it</Link></Empty>
            : <Shown points={answer.trend} changes={answer.changePoints} insights={answer.insights} latest={answer.latest} />}
        </QueryView>
      )}
    </Page>
  );
}

function Shown({ points, changes, insights, latest }: { points: readonly Point[]; changes: readonly Change[]; insights: readonly string[]; latest: Point | null }) {
  const x = useMemo(() => points.map((_, i) => i + 1), [points]);
  const times = useMemo(() => (['p50_response_time', 'p95_response_time', 'p99_response_time'] as const).map((metric): Series => ({ name: metric.slice(0, 3), axis: 'left', format: milliseconds, values: points.map((p) => p[metric]) })), [points]);
  const load = useMemo((): Series[] => [
    { name: 'Throughput', axis: 'left', format: perSecond, values: points.map((p) => p.throughput_rps) },
    { name: 'Error rate', axis: 'right', format: percent, values: points.map((p) => p.error_rate) },
  ], [points]);
  const marks = useMemo(() => changes.map((change): Mark => ({
    at: points.findIndex((p) => p.execution_id === change.execution_id) + 1,
    label: `${words(change.metric)} from ${figure(change.metric, change.before)} to ${figure(change.metric, change.after)}${change.is_regression ? ', a regression' : ''}`,
  })), [changes, points]);
  const nameOfRun = useMemo(() => (at: number) => (Number.isInteger(at) && points[at - 1] ? when(points[at - 1]?.at).replace(/ \d{4},/, '') : ''), [points]);
  return (
    <Stack>
      {latest && <Latest latest={latest} />}
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <ChartWithTable title="Response times of the runs" x={x} series={times} marks={marks} nameOfX="Run" formatX={nameOfRun} />
        <ChartWithTable title="Throughput and error rate of the runs" x={x} series={load} marks={marks} nameOfX="Run" formatX={nameOfRun} />
      </SimpleGrid>
      {insights.length > 0 && <List aria-label="Insights">{insights.map((insight) => <List.Item key={insight}>{insight}</List.Item>)}</List>}
    </Stack>
  );
}

function Latest({ latest }: { latest: Point }) {
  const metrics = ['p50_response_time', 'p95_response_time', 'p99_response_time', 'throughput_rps', 'error_rate'] as const;
  return (
    <section aria-label="The latest run">
      <Title order={2} size="h4" mb="xs">Latest: <Link to={`${BASE}/executions/${latest.execution_id}`}>{latest.execution_name}</Link></Title>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 5 }}>{metrics.map((metric) => <MetricCard key={metric} name={sentence(metric)} value={figure(metric, latest[metric])} />)}</SimpleGrid>
    </section>
  );
}

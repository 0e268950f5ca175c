import { NativeSelect, Stack } from '@mantine/core';
import { useMemo } from 'react';
import { ChartWithTable } from '../charts/ChartWithTable';
import { RunCharts } from '../charts/RunCharts';
import type { Series } from '../charts/series';
import type { Second } from '../api/client';
import { isOver } from '../live/liveFeed';
import type { Granularity, Run } from '../live/useRun';
import { bytes, count, percent } from '../parts/format';

const GRANULARITIES: [Granularity, string][] = [['second', 'Each second'], ['10s', 'Ten seconds'], ['minute', 'A minute'], ['5m', 'Five minutes']];

type Props = { run: Run; granularity: Granularity; setGranularity: (granularity: Granularity) => void };

export function MetricsTab({ run, granularity, setGranularity }: Props) {
  const target = useMemo(() => targetSeries(run.seconds), [run.seconds]);
  const generator = useMemo(() => generatorSeries(run.seconds), [run.seconds]);
  const x = useMemo(() => run.seconds.map((second) => second.timestamp_offset), [run.seconds]);
  return (
    <Stack>
      {isOver(run.execution.status) && (
        <NativeSelect label="A point for" value={granularity} onChange={(e) => setGranularity(e.currentTarget.value as Granularity)} w={200}
          data={GRANULARITIES.map(([value, label]) => ({ value, label }))} />
      )}
      <RunCharts seconds={run.seconds} marks={run.marks} />
      <ChartWithTable title="Load generators" x={x} series={generator} marks={run.marks} />
      {target.length > 0 && <ChartWithTable title="The target, by its probes" x={x} series={target} marks={run.marks} />}
    </Stack>
  );
}

function generatorSeries(seconds: readonly Second[]): Series[] {
  return [
    { name: 'CPU', axis: 'left', values: seconds.map((s) => s.cpu_usage ?? null), format: percent },
    { name: 'Memory', axis: 'right', values: seconds.map((s) => s.memory_usage ?? null), format: bytes },
  ];
}

// Only what somebody told.
function targetSeries(seconds: readonly Second[]): Series[] {
  const all: Series[] = [
    { name: 'CPU of the target', axis: 'left', values: seconds.map((s) => s.target_cpu_usage ?? null), format: percent },
    { name: 'Cache hit ratio', axis: 'left', values: seconds.map((s) => s.cache_hit_ratio ?? null), format: percent },
    { name: 'Queue length', axis: 'right', values: seconds.map((s) => s.queue_length ?? null), format: count },
    { name: 'Database connections', axis: 'right', values: seconds.map((s) => s.database_connections ?? null), format: count },
  ];
  return all.filter((series) => series.values.some((value) => value !== null));
}

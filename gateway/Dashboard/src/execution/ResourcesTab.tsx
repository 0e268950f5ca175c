import { Stack } from '@mantine/core';
import { useMemo } from 'react';
import { api, type Schemas } from '../api/client';
import { ChartWithTable } from '../charts/ChartWithTable';
import type { Mark, Series } from '../charts/series';
import { granularityOf } from '../live/useRun';
import { DataTable, type Column } from '../parts/DataTable';
import { bytes, milliseconds, percent } from '../parts/format';
import { Empty, QueryView } from '../parts/QueryView';

type Sample = Schemas['ResourceSample'];
type Summary = Schemas['ResourceSummary'];

const COLUMNS: Column<Summary>[] = [
  { header: 'Source', cell: (s) => s.source },
  { header: 'Kind', cell: (s) => s.kind },
  { header: 'CPU, mean', cell: (s) => percent(s.avg_cpu_usage), isNumber: true },
  { header: 'CPU, most', cell: (s) => percent(s.peak_cpu_usage), isNumber: true },
  { header: 'Memory, most', cell: (s) => bytes(s.peak_memory_usage), isNumber: true },
  { header: 'Garbage collection', cell: (s) => milliseconds(s.gc_pause_ms), isNumber: true },
  { header: 'Loop delay, most', cell: (s) => milliseconds(s.peak_loop_delay_ms), isNumber: true },
  { header: 'Probe failed', cell: (s) => (s.probe ? `${s.probe.failed} of ${s.probe.asked}${s.probe.error ? `: ${s.probe.error}` : ''}` : '–') },
];

export function ResourcesTab({ id, durationSeconds, marks }: { id: string; durationSeconds: number; marks: readonly Mark[] }) {
  const query = { granularity: granularityOf(durationSeconds) };
  const resources = api.useQuery('get', '/api/load-testing/executions/{id}/resources', { params: { path: { id }, query } });
  return (
    <QueryView query={resources} what="the resources">
      {({ samples, summary }) => summary.length === 0 ? <Empty title="Nothing was told of the machines" /> : (
        <Stack>
          <DataTable caption="Machines and probes over the whole run" columns={COLUMNS} rows={summary} rowKey={(s) => `${s.kind} ${s.source}`} />
          {summary.map((s) => <SourceChart key={`${s.kind} ${s.source}`} source={s} samples={samples} marks={marks} />)}
        </Stack>
      )}
    </QueryView>
  );
}

function SourceChart({ source, samples, marks }: { source: Summary; samples: readonly Sample[]; marks: readonly Mark[] }) {
  const own = useMemo(() => samples.filter((s) => s.kind === source.kind && s.source === source.source), [samples, source]);
  const x = useMemo(() => own.map((s) => s.timestamp_offset), [own]);
  const series = useMemo(() => seriesOf(own), [own]);
  return series.length === 0 ? null : <ChartWithTable title={`${source.kind === 'worker' ? 'Worker' : 'Probe'} ${source.source}`} x={x} series={series} marks={marks} />;
}

function seriesOf(samples: readonly Sample[]): Series[] {
  const usual: Series[] = [
    { name: 'CPU', axis: 'left', values: samples.map((s) => s.cpu_usage ?? null), format: percent },
    { name: 'Memory', axis: 'right', values: samples.map((s) => s.memory_usage ?? null), format: bytes },
  ];
  return usual.filter((one) => one.values.some((value) => value !== null));
}

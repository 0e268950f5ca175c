import { SimpleGrid } from '@mantine/core';
import { useMemo } from 'react';
import type { Second } from '../api/client';
import { count, milliseconds, percent, perSecond } from '../parts/format';
import { ChartWithTable } from './ChartWithTable';
import type { Mark, Series } from './series';

type Props = { seconds: readonly Second[]; marks: readonly Mark[] };

/** The two charts of every run: how it answered, and what it was asked. */
export function RunCharts({ seconds, marks }: Props) {
  const { x, answers, load } = useMemo(() => seriesOf(seconds), [seconds]);
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <ChartWithTable title="Response time and throughput" x={x} series={answers} marks={marks} />
      <ChartWithTable title="Virtual users and error rate" x={x} series={load} marks={marks} />
    </SimpleGrid>
  );
}

function seriesOf(seconds: readonly Second[]): { x: number[]; answers: Series[]; load: Series[] } {
  const of = (value: (second: Second) => number) => seconds.map(value);
  return {
    x: of((second) => second.timestamp_offset),
    answers: [
      { name: 'Average', axis: 'left', values: of((s) => s.avg_response_time), format: milliseconds },
      { name: 'p95', axis: 'left', values: of((s) => s.p95_response_time), format: milliseconds },
      { name: 'p99', axis: 'left', values: of((s) => s.p99_response_time), format: milliseconds },
      { name: 'Requests per second', axis: 'right', values: of((s) => s.requests_per_second), format: perSecond },
    ],
    load: [
      { name: 'Virtual users', axis: 'left', values: of((s) => s.virtual_users), format: count },
      { name: 'Error rate', axis: 'right', values: of((s) => s.error_rate), format: percent },
    ],
  };
}

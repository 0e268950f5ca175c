import { SimpleGrid } from '@mantine/core';
import { useMemo } from 'react';
import type { Second } from '../api/client';
import { ChartWithTable } from './ChartWithTable';
import { seriesOf } from './runSeries';
import type { Mark } from './series';

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

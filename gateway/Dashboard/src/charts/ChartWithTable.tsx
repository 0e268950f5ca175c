import { Button, Group, Pagination, Paper, Title } from '@mantine/core';
import { useId, useState } from 'react';
import { DataTable } from '../parts/DataTable';
import { clock } from '../parts/format';
import { Chart } from './Chart';
import { summaryOf, type Mark, type Series } from './series';

const ROWS_AT_ONCE = 60;

type Props = {
  title: string;
  x: readonly number[];
  series: readonly Series[];
  marks?: readonly Mark[];
  nameOfX?: string;
  formatX?: (x: number) => string;
};

const NO_MARKS: Mark[] = [];

/** A chart, what it shows in words, what happened on the way, and the same figures as a table. */
export function ChartWithTable({ title, x, series, marks = NO_MARKS, nameOfX = 'Time', formatX = clock }: Props) {
  const [isTable, setIsTable] = useState(false);
  const id = useId();
  return (
    <Paper withBorder p="md" component="figure" m={0} aria-labelledby={id} data-points={x.length} className="figure">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5" id={id}>{title}</Title>
        <Button size="xs" variant="default" aria-expanded={isTable} onClick={() => setIsTable(!isTable)}>{isTable ? 'Show chart' : 'Show table'}</Button>
      </Group>
      {isTable ? <SeriesTable title={title} x={x} series={series} nameOfX={nameOfX} formatX={formatX} /> : <Chart x={x} series={series} marks={marks} formatX={formatX} />}
      <figcaption>
        <p className="visually-hidden">{series.map(summaryOf).join('. ')}.</p>
        {marks.length > 0 && (
          <ol className="marks" aria-label={`Events of ${title}`}>
            {marks.map((mark, i) => <li key={`${mark.at} ${mark.label} ${i}`}><b>{formatX(mark.at)}</b> {mark.label}</li>)}
          </ol>
        )}
      </figcaption>
    </Paper>
  );
}

function SeriesTable({ title, x, series, nameOfX, formatX }: Required<Omit<Props, 'marks'>>) {
  const [page, setPage] = useState(1);
  const first = (page - 1) * ROWS_AT_ONCE;
  const rows = x.slice(first, first + ROWS_AT_ONCE).map((at, i) => ({ at, index: first + i }));
  const columns = [
    { header: nameOfX, cell: (row: { at: number; index: number }) => formatX(row.at) },
    ...series.map((one) => ({ header: one.name, isNumber: true, cell: (row: { at: number; index: number }) => one.format(one.values[row.index]) })),
  ];
  return (
    <>
      <DataTable caption={`${title}, as a table`} columns={columns} rows={rows} rowKey={(row) => String(row.index)} />
      {x.length > ROWS_AT_ONCE && (
        <Pagination mt="sm" size="sm" value={page} onChange={setPage} total={Math.ceil(x.length / ROWS_AT_ONCE)}
          getControlProps={(control) => ({ 'aria-label': `${control} page of ${title}` })} getItemProps={(item) => ({ 'aria-label': `Page ${item} of ${title}` })} />
      )}
    </>
  );
}

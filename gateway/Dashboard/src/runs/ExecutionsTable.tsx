import { Button } from '@mantine/core';
import { Link } from 'react-router';
import type { Execution } from '../api/client';
import { BASE } from '../layout/places';
import { DataTable, type Column } from '../parts/DataTable';
import { clock, count, milliseconds, percent, when } from '../parts/format';
import { StatusBadge } from '../parts/StatusBadge';

const COLUMNS: Column<Execution>[] = [
  { header: 'Name', cell: (x) => x.execution_name },
  { header: 'Status', cell: (x) => <StatusBadge word={x.status} /> },
  { header: 'Verdict', cell: (x) => (x.verdict ? <StatusBadge word={x.verdict} /> : '–') },
  { header: 'Begun', cell: (x) => when(x.started_at ?? x.created_at) },
  { header: 'Duration', cell: (x) => clock(x.duration_seconds), isNumber: true },
  { header: 'Requests', cell: (x) => count(x.total_requests), isNumber: true },
  { header: 'Average', cell: (x) => milliseconds(x.avg_response_time), isNumber: true },
  { header: 'Error rate', cell: (x) => percent(x.error_rate), isNumber: true },
  {
    header: 'Details',
    cell: (x) => <Button component={Link} to={`${BASE}/executions/${x.id}`} size="compact-xs" variant="default" aria-label={`View Details of ${x.execution_name}`}>View Details</Button>,
  },
];

/** Executions, one a line; with more columns before when a page needs them. */
export function ExecutionsTable({ caption, executions, before = [] }: { caption: string; executions: readonly Execution[]; before?: Column<Execution>[] }) {
  return <DataTable caption={caption} columns={[...before, ...COLUMNS]} rows={executions} rowKey={(x) => x.id} />;
}

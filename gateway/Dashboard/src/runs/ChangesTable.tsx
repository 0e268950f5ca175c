import type { Schemas } from '../api/client';
import { DataTable, type Column } from '../parts/DataTable';
import { figure, NOTHING, percent, sentence } from '../parts/format';
import { StatusBadge } from '../parts/StatusBadge';

type Change = Schemas['MetricChange'];

/** How one differs from the other, metric by metric, and whether that is more than chance. */
export function ChangesTable({ caption, base, candidate, changes }: { caption: string; base: string; candidate: string; changes: readonly Change[] }) {
  const columns: Column<Change>[] = [
    { header: 'Metric', cell: (c) => sentence(c.metric) },
    { header: 'Operation', cell: (c) => c.operation ?? 'the whole run' },
    { header: base, cell: (c) => figure(c.metric, c.base), isNumber: true },
    { header: candidate, cell: (c) => figure(c.metric, c.candidate), isNumber: true },
    { header: 'Change', cell: (c) => changeOf(c.metric, c.change), isNumber: true },
    { header: 'Between', cell: (c) => (c.low === null ? NOTHING : `${changeOf(c.metric, c.low)} and ${changeOf(c.metric, c.high)}`) },
    { header: 'Result', cell: (c) => <StatusBadge word={c.verdict} /> },
  ];
  return <DataTable caption={caption} columns={columns} rows={changes} rowKey={(c) => `${c.metric} ${c.operation ?? ''}`} />;
}

// Rates of errors, being percentages, differ by points.
function changeOf(metric: string, change: number | null): string {
  return change !== null && metric === 'error_rate' ? percent(change).replace('%', 'points') : percent(change);
}

import { Button, Group } from '@mantine/core';
import { Link } from 'react-router';
import { act } from '../api/act';
import { fetchApi, type Alert } from '../api/client';
import { useMay } from '../api/session';
import { BASE } from '../layout/places';
import { DataTable, type Column } from '../parts/DataTable';
import { figure, when } from '../parts/format';
import { StatusBadge } from '../parts/StatusBadge';

const ALERTS = ['/api/load-testing/alerts', '/api/load-testing/alerts/{id}'] as const;

const COLUMNS: Column<Alert>[] = [
  { header: 'Severity', cell: (a) => <StatusBadge word={a.severity} /> },
  { header: 'Alert', cell: (a) => a.message, isProse: true },
  { header: 'Measured', cell: (a) => figure(a.metric_name, a.actual_value), isNumber: true },
  { header: 'Threshold', cell: (a) => figure(a.metric_name, a.threshold_value), isNumber: true },
  { header: 'Raised', cell: (a) => when(a.triggered_at) },
  { header: 'Status', cell: (a) => <StatusBadge word={a.status} /> },
  { header: 'By', cell: (a) => a.resolved_by ?? a.acknowledged?.by ?? a.suppressed?.by ?? '–' },
];

const RUN: Column<Alert> = { header: 'Run', cell: (a) => <Link to={`${BASE}/executions/${a.execution_id}?tab=alerts`}>{a.execution_name ?? 'execution'}</Link> };

/** Alerts with what can be done about each. */
export function AlertsTable({ caption, alerts, withRun = false }: { caption: string; alerts: readonly Alert[]; withRun?: boolean }) {
  const mayTreat = useMay('engineer');
  const columns = [...COLUMNS, ...(withRun ? [RUN] : []), ...(mayTreat ? [{ header: 'Do', cell: (a: Alert) => <Treatments alert={a} /> }] : [])];
  return <DataTable caption={caption} columns={columns} rows={alerts} rowKey={(a) => a.id} />;
}

function Treatments({ alert }: { alert: Alert }) {
  const params = { params: { path: { id: alert.id } } };
  const about = `the alert ${alert.message}`;
  if (alert.status === 'resolved') return null;
  return (
    <Group gap={4}>
      {alert.status === 'active' && (
        <Button size="compact-xs" variant="default" aria-label={`Acknowledge ${about}`} onClick={() => void act(fetchApi.POST('/api/load-testing/alerts/{id}/acknowledge', params), 'It is acknowledged.', ...ALERTS)}>Acknowledge</Button>
      )}
      {alert.status !== 'suppressed' && (
        <Button size="compact-xs" variant="default" aria-label={`Suppress ${about}`} onClick={() => void act(fetchApi.POST('/api/load-testing/alerts/{id}/suppress', params), 'It is suppressed.', ...ALERTS)}>Suppress</Button>
      )}
      <Button size="compact-xs" variant="default" aria-label={`Resolve ${about}`} onClick={() => void act(fetchApi.POST('/api/load-testing/alerts/{id}/resolve', params), 'It is resolved.', ...ALERTS)}>Resolve</Button>
    </Group>
  );
}

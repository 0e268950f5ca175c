import { AlertsTable } from '../alerts/AlertsTable';
import { api } from '../api/client';
import { Empty, QueryView } from '../parts/QueryView';

export function AlertsTab({ id }: { id: string }) {
  const alerts = api.useQuery('get', '/api/load-testing/alerts', { params: { query: { executionId: id, limit: 200 } } });
  return (
    <QueryView query={alerts} what="the alerts">
      {(answer) => answer.alerts.length === 0 ? <Empty title="No alert was raised" /> : <AlertsTable caption="Alerts of this run" alerts={answer.alerts} />}
    </QueryView>
  );
}

import { Group, NativeSelect, Stack, Tabs } from '@mantine/core';
import { useState } from 'react';
import { AlertsTable } from '../alerts/AlertsTable';
import { MaintenanceTab } from '../alerts/MaintenanceTab';
import { RulesTab } from '../alerts/RulesTab';
import { SubscriptionsTab } from '../alerts/SubscriptionsTab';
import { UndeliveredTab } from '../alerts/UndeliveredTab';
import { api } from '../api/client';
import { useMay } from '../api/session';
import { Page } from '../layout/Page';
import { Pager, useCursor } from '../parts/Pager';
import { Empty, QueryView } from '../parts/QueryView';

const STATUSES = ['active', 'acknowledged', 'resolved', 'suppressed'] as const;
const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;

export function AlertsPage() {
  const mayReplay = useMay('engineer');
  return (
    <Page title="Alerts">
      <Tabs defaultValue="alerts" keepMounted={false}>
        <Tabs.List aria-label="About alerts">
          <Tabs.Tab value="alerts">Alerts</Tabs.Tab>
          <Tabs.Tab value="rules">Rules</Tabs.Tab>
          <Tabs.Tab value="subscriptions">Subscriptions</Tabs.Tab>
          <Tabs.Tab value="maintenance">Maintenance</Tabs.Tab>
          {mayReplay && <Tabs.Tab value="undelivered">Undelivered</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="alerts" pt="md"><AllAlerts /></Tabs.Panel>
        <Tabs.Panel value="rules" pt="md"><RulesTab /></Tabs.Panel>
        <Tabs.Panel value="subscriptions" pt="md"><SubscriptionsTab /></Tabs.Panel>
        <Tabs.Panel value="maintenance" pt="md"><MaintenanceTab /></Tabs.Panel>
        {mayReplay && <Tabs.Panel value="undelivered" pt="md"><UndeliveredTab /></Tabs.Panel>}
      </Tabs>
    </Page>
  );
}

function AllAlerts() {
  const [chosenStatus, setStatus] = useState('');
  const [chosenSeverity, setSeverity] = useState('');
  const cursor = useCursor();
  const status = STATUSES.find((one) => one === chosenStatus);
  const severity = SEVERITIES.find((one) => one === chosenSeverity);
  const query = { limit: 50, ...(status && { status }), ...(severity && { severity }), ...(cursor.at && { cursor: cursor.at }) };
  const alerts = api.useQuery('get', '/api/load-testing/alerts', { params: { query } }, { refetchInterval: 5_000 });
  const any = { value: '', label: 'Any' };
  return (
    <Stack>
      <Group>
        <NativeSelect label="Status" value={chosenStatus} onChange={(e) => { cursor.first(); setStatus(e.currentTarget.value); }} data={[any, ...STATUSES]} />
        <NativeSelect label="Severity" value={chosenSeverity} onChange={(e) => { cursor.first(); setSeverity(e.currentTarget.value); }} data={[any, ...SEVERITIES]} />
      </Group>
      <QueryView query={alerts} what="the alerts">
        {(page) => page.alerts.length === 0 ? <Empty title="No alerts here" /> : <><AlertsTable caption="Alerts, newest first" alerts={page.alerts} withRun /><Pager cursor={cursor} next={page.nextCursor} /></>}
      </QueryView>
    </Stack>
  );
}

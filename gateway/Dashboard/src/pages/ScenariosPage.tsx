import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { act } from '../api/act';
import { api, fetchApi, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Page } from '../layout/Page';
import { BASE } from '../layout/places';
import { DataTable, type Column } from '../parts/DataTable';
import { count, when, words } from '../parts/format';
import { Empty, QueryView } from '../parts/QueryView';
import { StatusBadge } from '../parts/StatusBadge';
import { ResourceActions, versioned } from '../resources/ResourceActions';

type Scenario = Schemas['ScenarioResource'];

const HERE = `${BASE}/scenarios`;
const ADDRESS = '/api/load-testing/scenarios';

const COLUMNS: Column<Scenario>[] = [
  { header: 'Name', cell: (s) => <Link to={`${HERE}/${s.id}`}>{s.name}</Link> },
  { header: 'Type', cell: (s) => words(s.scenario_type ?? '–') },
  { header: 'Description', cell: (s) => s.description ?? '–' },
  { header: 'Steps', cell: (s) => count(s.user_journey?.length), isNumber: true },
  { header: 'From', cell: (s) => (s.is_shipped ? <StatusBadge word="shipped" /> : s.created_by) },
  { header: 'Changed', cell: (s) => (s.is_shipped ? '–' : when(s.updated_at)) },
  { header: 'Do', cell: (s) => <Actions scenario={s} /> },
];

/** Journeys that any configuration may name. */
export function ScenariosPage() {
  const mayWrite = useMay('engineer');
  const scenarios = api.useQuery('get', ADDRESS, { params: { query: { limit: 200 } } });
  return (
    <Page title="Scenarios" actions={mayWrite && <Button component={Link} to={`${HERE}/new`}>New scenario</Button>}>
      <QueryView query={scenarios} what="the scenarios">
        {(answer) => answer.scenarios.length === 0
          ? <Empty title="No scenarios">A scenario is what a user does, step by step.</Empty>
          : <DataTable caption="Scenarios" columns={COLUMNS} rows={answer.scenarios} rowKey={(s) => s.id} />}
      </QueryView>
    </Page>
  );
}

function Actions({ scenario }: { scenario: Scenario }) {
  if (scenario.is_shipped) return null;
  const remove = () => void act(fetchApi.DELETE('/api/load-testing/scenarios/{id}', versioned(scenario)), `${scenario.name} is out of use.`, ADDRESS);
  return <ResourceActions name={scenario.name} onRemove={remove} />;
}

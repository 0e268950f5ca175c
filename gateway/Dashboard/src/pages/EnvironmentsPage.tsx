import { Button, Code, List, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { act } from '../api/act';
import { api, fetchApi, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { ChoiceMember, JsonMember, ListMember, memberPath, NumberMember, partOf, TextMember, type Part } from '../forms/MemberInputs';
import { openForm } from '../forms/openForm';
import { Page } from '../layout/Page';
import { DataTable, type Column } from '../parts/DataTable';
import { count, sentence, when } from '../parts/format';
import { Empty, QueryView } from '../parts/QueryView';
import { StatusBadge } from '../parts/StatusBadge';
import { asPlan, planOf, withMember } from '../plans/plan';
import { ResourceActions, versioned } from '../resources/ResourceActions';

type Environment = Schemas['EnvironmentResource'];

const ADDRESS = '/api/load-testing/environments';
const ONE = '/api/load-testing/environments/{id}';
const KINDS = ['staging', 'production'].map((value) => ({ value, label: value }));

const COLUMNS: Column<Environment>[] = [
  { header: 'Name', cell: (e) => e.name },
  { header: 'Kind', cell: (e) => <StatusBadge word={e.kind} /> },
  { header: 'Base URLs', cell: (e) => e.base_urls.join(', ') },
  { header: 'Users at most', cell: (e) => count(e.limits?.max_virtual_users), isNumber: true },
  { header: 'Probes', cell: (e) => (e.probes ?? []).map((probe) => probe.name).join(', ') || 'none' },
  { header: 'Changed', cell: (e) => when(e.updated_at) },
  { header: 'Do', cell: (e) => <Actions environment={e} /> },
];

/** The systems that may be put under load. */
export function EnvironmentsPage() {
  const mayWrite = useMay('engineer');
  const environments = api.useQuery('get', ADDRESS, { params: { query: { limit: 200 } } });
  const make = () => openForm({
    title: 'New environment', first: { kind: 'staging' }, fields,
    send: (written) => act(fetchApi.POST(ADDRESS, { body: written as never }), 'The environment is registered.', ADDRESS),
  });
  return (
    <Page title="Environments" actions={mayWrite && <Button onClick={make}>New environment</Button>}>
      <QueryView query={environments} what="the environments">
        {(answer) => answer.environments.length === 0
          ? <Empty title="No environments">A run sends traffic to the addresses of its environment and nowhere else.</Empty>
          : <DataTable caption="Environments, newest first" columns={COLUMNS} rows={answer.environments} rowKey={(e) => e.id} />}
      </QueryView>
    </Page>
  );
}

function Actions({ environment }: { environment: Environment }) {
  const { name } = environment;
  const change = () => openForm({
    title: `Change ${name}`, first: planOf(environment, 'ownership'), fields,
    send: (written) => act(fetchApi.PUT(ONE, { ...versioned(environment), body: written as never }), `${name} is changed.`, ADDRESS),
  });
  const verify = async () => {
    const { data } = await act(fetchApi.POST('/api/load-testing/environments/{id}/verify', { params: { path: { id: environment.id } } }), `It was looked for the token of ${name}.`, ADDRESS);
    if (data) modals.open({ title: data.verified ? 'Every origin is proven' : 'Not every origin is proven', closeButtonProps: { 'aria-label': 'Close' }, children: <Found origins={data.origins} token={data.environment.ownership?.token ?? ''} /> });
  };
  const remove = () => void act(fetchApi.DELETE(ONE, versioned(environment)), `${name} is out of use.`, ADDRESS);
  return (
    <ResourceActions name={name} onChange={change} onRemove={remove}>
      <Button size="compact-xs" variant="default" aria-label={`Verify ${name}`} onClick={() => void verify()}>Verify</Button>
    </ResourceActions>
  );
}

function Found({ origins, token }: { origins: { origin: string; proven: boolean; detail: string }[]; token: string }) {
  return (
    <>
      <List>{origins.map((one) => <List.Item key={one.origin}><b>{one.origin}</b> <StatusBadge word={one.proven ? 'passed' : 'failed'} label={one.proven ? 'proven' : 'not proven'} /> {one.detail}</List.Item>)}</List>
      <Text size="sm" mt="md">Serve <Code>{token}</Code> at <Code>/.well-known/loadstone-{token.slice(0, 12)}.txt</Code>, or set the DNS TXT record <Code>_loadstone.HOST</Code> to it.</Text>
    </>
  );
}

function fields(part: Part) {
  const limits = partOf(part, 'limits', asPlan(part.value.limits));
  return (
    <>
      <TextMember part={part} name="name" label="Name" />
      <ChoiceMember part={part} name="kind" label="Kind" options={KINDS} />
      <ListMember part={part} name="base_urls" label="Base URLs, one a line" description="The only places a run may send traffic to" />
      <NumberMember part={limits} name="max_virtual_users" label="Virtual users at most" placeholder="1000" />
      <NumberMember part={limits} name="max_rps" label="Requests per second at most" />
      {['variables', 'secrets', 'probes', 'allowed_time_windows'].map((name) => (
        <JsonMember key={name} label={`${sentence(name)}, as JSON`} value={part.value[name]} error={part.faults[memberPath(part, name)]} onChange={(value) => part.change(withMember(part.value, name, value))} />
      ))}
    </>
  );
}

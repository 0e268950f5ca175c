import { Button, Code, PasswordInput, Stack } from '@mantine/core';
import { act } from '../api/act';
import { api, fetchApi, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { ChoiceMember, ListMember, TextMember, type Part } from '../forms/MemberInputs';
import { openForm } from '../forms/openForm';
import { DataTable, type Column } from '../parts/DataTable';
import { Empty, QueryView } from '../parts/QueryView';
import { asText, planOf, withMember } from '../plans/plan';
import { ResourceActions, versioned } from '../resources/ResourceActions';

type Subscription = Schemas['AlertSubscriptionResource'];

const ADDRESS = '/api/load-testing/alert-subscriptions';
const ONE = '/api/load-testing/alert-subscriptions/{id}';

const COLUMNS: Column<Subscription>[] = [
  { header: 'Name', cell: (s) => s.name },
  { header: 'Channel', cell: (s) => s.channel },
  { header: 'Severities', cell: (s) => s.severities?.join(', ') ?? 'all' },
  { header: 'Events', cell: (s) => s.events?.join(', ') ?? 'raised, resolved' },
  { header: 'Goes to', cell: (s) => s.url ?? s.to?.join(', ') ?? <Code>{s.queue}</Code> },
  { header: 'Do', cell: (s) => <Actions subscription={s} /> },
];

export function SubscriptionsTab() {
  const mayWrite = useMay('engineer');
  const subscriptions = api.useQuery('get', ADDRESS, { params: { query: { limit: 200 } } });
  const make = () => openForm({ title: 'New subscription', first: { channel: 'rabbitmq' }, fields, send: (written) => act(fetchApi.POST(ADDRESS, { body: written as never }), 'The subscription is stored.', ADDRESS) });
  return (
    <Stack>
      {mayWrite && <div><Button onClick={make}>New subscription</Button></div>}
      <QueryView query={subscriptions} what="the subscriptions">
        {(answer) => answer.subscriptions.length === 0 ? <Empty title="No subscriptions">A subscription brings alerts to a queue, a webhook or a mail box.</Empty> : <DataTable caption="Alert subscriptions" columns={COLUMNS} rows={answer.subscriptions} rowKey={(s) => s.id} />}
      </QueryView>
    </Stack>
  );
}

function Actions({ subscription }: { subscription: Subscription }) {
  const { name } = subscription;
  const change = () => openForm({
    title: `Change ${name}`, first: planOf(subscription, 'queue', 'exchange', 'routing_keys'), fields,
    send: (written) => act(fetchApi.PUT(ONE, { ...versioned(subscription), body: written as never }), `${name} is changed.`, ADDRESS),
  });
  return <ResourceActions name={name} onChange={change} onRemove={() => void act(fetchApi.DELETE(ONE, versioned(subscription)), `${name} is out of use.`, ADDRESS)} />;
}

function fields(part: Part) {
  return (
    <>
      <TextMember part={part} name="name" label="Name" />
      <ChoiceMember part={part} name="channel" label="Channel" description="It stays what it was at first" options={['rabbitmq', 'webhook', 'email'].map((value) => ({ value, label: value }))} />
      {part.value.channel === 'webhook' && (
        <>
          <TextMember part={part} name="url" label="URL" />
          <PasswordInput label="Secret" description="What its calls are signed with; 16 characters or more, never shown again" value={asText(part.value.secret)} error={part.faults.secret}
            onChange={(e) => part.change(withMember(part.value, 'secret', e.currentTarget.value || undefined))} autoComplete="new-password" />
        </>
      )}
      {part.value.channel === 'email' && <ListMember part={part} name="to" label="To, one address a line" />}
      <ListMember part={part} name="severities" label="Severities, one a line" description="low, medium, high, critical; nothing for all" />
      <ListMember part={part} name="events" label="Events, one a line" description="raised, grew, acknowledged, suppressed, resolved; nothing for raised and resolved" />
    </>
  );
}

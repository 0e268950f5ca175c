import { Button, Code, CopyButton, Group, NativeSelect, Stack, Tabs, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { act } from '../api/act';
import { api, fetchApi, type Schemas } from '../api/client';
import { useMay, useMe } from '../api/session';
import { ChoiceMember, ListMember, TextMember, type Part } from '../forms/MemberInputs';
import { openForm } from '../forms/openForm';
import { Page } from '../layout/Page';
import { confirm } from '../parts/confirm';
import { DataTable, type Column } from '../parts/DataTable';
import { when } from '../parts/format';
import { Empty, QueryView } from '../parts/QueryView';
import { StatusBadge } from '../parts/StatusBadge';

type User = Schemas['User'];
type Key = Schemas['Key'];

const ROLES = (['viewer', 'engineer', 'admin'] as const).map((value) => ({ value, label: value }));

/** Who may sign in, for admins, and everybody's keys for machines. */
export function UsersPage() {
  const isAdmin = useMay('admin');
  return (
    <Page title="Users and Keys">
      <Tabs defaultValue={isAdmin ? 'users' : 'keys'} keepMounted={false}>
        <Tabs.List aria-label="Users and keys">{isAdmin && <Tabs.Tab value="users">Users</Tabs.Tab>}<Tabs.Tab value="keys">Keys</Tabs.Tab></Tabs.List>
        {isAdmin && <Tabs.Panel value="users" pt="md"><Users /></Tabs.Panel>}
        <Tabs.Panel value="keys" pt="md"><Keys /></Tabs.Panel>
      </Tabs>
    </Page>
  );
}

const USERS: Column<User>[] = [
  { header: 'Name', cell: (u) => u.name },
  { header: 'Role', cell: (u) => <RoleSelect user={u} /> },
  { header: 'Since', cell: (u) => when(u.created_at) },
  { header: 'Made by', cell: (u) => u.created_by },
  { header: 'Closed until', cell: (u) => when(u.locked_until) },
  { header: 'Do', cell: (u) => <UserActions user={u} /> },
];

function Users() {
  const users = api.useQuery('get', '/api/users');
  const make = () => openForm({
    title: 'New user', first: { role: 'viewer' },
    fields: (part: Part) => <><TextMember part={part} name="name" label="Name" /><ChoiceMember part={part} name="role" label="Role" options={ROLES} /></>,
    send: async (written) => {
      const answer = await act(fetchApi.POST('/api/users', { body: written as never }), 'The user is made.', '/api/users');
      if (answer.data?.password) showOnce(`The password of ${answer.data.user.name}`, answer.data.password);
      return answer;
    },
  });
  return (
    <Stack>
      <div><Button onClick={make}>New user</Button></div>
      <QueryView query={users} what="the users">{(answer) => <DataTable caption="Users by name" columns={USERS} rows={answer.users} rowKey={(u) => u.id} />}</QueryView>
    </Stack>
  );
}

function RoleSelect({ user }: { user: User }) {
  const change = (role: User['role']) => void act(fetchApi.PUT('/api/users/{id}', { params: { path: { id: user.id } }, body: { role, is_active: true } }), `${user.name} is ${role} now.`, '/api/users');
  return <NativeSelect size="xs" miw={100} aria-label={`Role of ${user.name}`} value={user.role} data={ROLES} onChange={(e) => change(e.currentTarget.value as User['role'])} />;
}

function UserActions({ user }: { user: User }) {
  const me = useMe();
  const path = { params: { path: { id: user.id } } };
  const reset = async () => {
    const { data } = await act(fetchApi.POST('/api/users/{id}/password', { ...path, body: {} }), `${user.name} has a new password.`, '/api/users');
    if (data?.password) showOnce(`The new password of ${user.name}`, data.password);
  };
  const lockOut = () => confirm({
    title: 'Lock the user out?', text: `${user.name} is signed out everywhere, and keys that ${user.name} made open nothing.`, action: 'Lock out', isDangerous: true,
    onConfirm: () => void act(fetchApi.DELETE('/api/users/{id}', path), `${user.name} is locked out.`, '/api/users'),
  });
  return (
    <Group gap={4} wrap="nowrap">
      <Button size="compact-xs" variant="default" aria-label={`New password for ${user.name}`} onClick={() => void reset()}>New password</Button>
      {user.name !== me.name && <Button size="compact-xs" variant="default" aria-label={`Lock out ${user.name}`} onClick={lockOut}>Lock out</Button>}
    </Group>
  );
}

const KEYS: Column<Key>[] = [
  { header: 'Name', cell: (k) => k.name },
  { header: 'Begins with', cell: (k) => <Code>{k.prefix}</Code> },
  { header: 'Role', cell: (k) => <StatusBadge word={k.role} /> },
  { header: 'Good for', cell: (k) => k.scopes.join(', ') || 'everything' },
  { header: 'Made by', cell: (k) => k.created_by },
  { header: 'Last used', cell: (k) => when(k.last_used_at) },
  { header: 'Good until', cell: (k) => when(k.expires_at) },
  { header: 'Do', cell: (k) => <RevokeButton of={k} /> },
];

function Keys() {
  const me = useMe();
  const keys = api.useQuery('get', '/api/keys');
  const make = () => openForm({
    title: 'New key', first: { role: me.role },
    fields: (part: Part) => (
      <>
        <TextMember part={part} name="name" label="Name" />
        <ChoiceMember part={part} name="role" label="Role" options={ROLES} />
        <ListMember part={part} name="scopes" label="Good for, one area a line" description="Such as executions or reports; nothing for everything" />
      </>
    ),
    send: async (written) => {
      const answer = await act(fetchApi.POST('/api/keys', { body: written as never }), 'The key is made.', '/api/keys');
      if (answer.data) showOnce(`The key ${answer.data.key.name}`, answer.data.secret);
      return answer;
    },
  });
  return (
    <Stack>
      <div><Button onClick={make}>New key</Button></div>
      <QueryView query={keys} what="the keys">
        {(answer) => answer.keys.length === 0 ? <Empty title="No keys">Keys let machines in, such as a pipeline.</Empty> : <DataTable caption="Keys, newest first" columns={KEYS} rows={answer.keys} rowKey={(k) => k.id} />}
      </QueryView>
    </Stack>
  );
}

function RevokeButton({ of }: { of: Key }) {
  const revoke = () => confirm({
    title: 'Revoke the key?', text: `${of.name} opens nothing any more. This cannot be taken back.`, action: 'Revoke', isDangerous: true,
    onConfirm: () => void act(fetchApi.DELETE('/api/keys/{id}', { params: { path: { id: of.id } } }), `${of.name} is revoked.`, '/api/keys'),
  });
  return <Button size="compact-xs" variant="default" aria-label={`Revoke ${of.name}`} onClick={revoke}>Revoke</Button>;
}

// The form that asked closes all that is open when it is done, so this waits for it.
function showOnce(what: string, secret: string) {
  window.setTimeout(() => modals.open({
    title: what, closeButtonProps: { 'aria-label': 'Close' },
    children: (
      <Stack>
        <Text>It is shown this once.</Text>
        <Code block data-testid="secret">{secret}</Code>
        <CopyButton value={secret}>{({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}</CopyButton>
      </Stack>
    ),
  }), 100);
}

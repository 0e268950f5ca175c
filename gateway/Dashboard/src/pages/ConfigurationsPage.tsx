import { Button, Group, Menu, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { act } from '../api/act';
import { api, fetchApi, type Configuration } from '../api/client';
import { useMay } from '../api/session';
import { openImport } from '../forms/importForm';
import { Page } from '../layout/Page';
import { BASE } from '../layout/places';
import { confirm } from '../parts/confirm';
import { DataTable, type Column } from '../parts/DataTable';
import { count, when } from '../parts/format';
import { Pager, useCursor } from '../parts/Pager';
import { Empty, QueryView } from '../parts/QueryView';

const TYPES = ['load', 'spike', 'stress', 'volume', 'endurance', 'smoke', 'capacity', 'ab'] as const;
const HERE = `${BASE}/configurations`;

const COLUMNS: Column<Configuration>[] = [
  { header: 'Name', cell: (c) => <Link to={`${HERE}/${c.id}`}>{c.name}</Link> },
  { header: 'Type', cell: (c) => c.test_type ?? 'load' },
  { header: 'Environment', cell: (c) => c.environment ?? 'default' },
  { header: 'Users', cell: (c) => count(c.max_virtual_users), isNumber: true },
  { header: 'Changed', cell: (c) => when(c.updated_at) },
  { header: 'By', cell: (c) => c.created_by },
  { header: 'Do', cell: (c) => <Actions configuration={c} /> },
];

/** All configurations, newest first. */
export function ConfigurationsPage() {
  const mayWrite = useMay('engineer');
  const navigate = useNavigate();
  const cursor = useCursor();
  const [name, setName] = useState('');
  const [type, setType] = useState('');
  const [active, setActive] = useState(true);
  const [wanted] = useDebouncedValue(name, 250);
  const testType = TYPES.find((one) => one === type);
  const query = { limit: 25, active, ...(wanted && { name: wanted }), ...(testType && { testType }), ...(cursor.at && { cursor: cursor.at }) };
  const configurations = api.useQuery('get', '/api/load-testing/configurations', { params: { query } });
  return (
    <Page title="Test Configurations" actions={mayWrite && (
      <>
        <Button variant="default" onClick={() => openImport((id) => void navigate(`${HERE}/${id}`))}>Import</Button>
        <Button component={Link} to={`${HERE}/new`}>New configuration</Button>
      </>
    )}>
      <Group align="end">
        <TextInput label="Name contains" value={name} onChange={(e) => setName(e.currentTarget.value)} />
        <NativeSelect label="Type" value={type} onChange={(e) => setType(e.currentTarget.value)} data={[{ value: '', label: 'Any' }, ...TYPES]} />
        <NativeSelect label="In use" value={String(active)} onChange={(e) => setActive(e.currentTarget.value === 'true')} data={[{ value: 'true', label: 'Yes' }, { value: 'false', label: 'No longer' }]} />
      </Group>
      <QueryView query={configurations} what="the configurations">
        {(page) => page.configurations.length === 0
          ? <Empty title="No configurations here">{mayWrite && <Button component={Link} to={`${HERE}/new`}>Make the first one</Button>}</Empty>
          : <><DataTable caption="Configurations, newest first" columns={COLUMNS} rows={page.configurations} rowKey={(c) => c.id} /><Pager cursor={cursor} next={page.nextCursor} /></>}
      </QueryView>
    </Page>
  );
}

function Actions({ configuration }: { configuration: Configuration }) {
  const mayWrite = useMay('engineer');
  const { id, name, version } = configuration;
  const file = (format: string) => `/api/load-testing/configurations/${id}/export?format=${format}`;
  const remove = () => confirm({
    title: 'Take it out of use?', text: `${name} cannot be run any more. Its executions stay.`, action: 'Take it out of use', isDangerous: true,
    onConfirm: () => void act(fetchApi.DELETE('/api/load-testing/configurations/{id}', { params: { path: { id }, header: { 'If-Match': `"${version}"` } } }), `${name} is out of use.`, '/api/load-testing/configurations'),
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target><Button size="compact-xs" variant="default" aria-label={`Actions for ${name}`}>Actions</Button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to={`${HERE}/${id}`}>{mayWrite ? 'Change' : 'Look at it'}</Menu.Item>
        {mayWrite && <Menu.Item component={Link} to={`${HERE}/new?from=${id}`}>Copy</Menu.Item>}
        <Menu.Item component={Link} to={`${BASE}/results?configuration=${id}`}>Its results</Menu.Item>
        <Menu.Item component={Link} to={`${BASE}/trends?configuration=${id}`}>Its trend</Menu.Item>
        {['yaml', 'json', 'k6'].map((format) => <Menu.Item key={format} component="a" href={file(format)} download>As {format} file</Menu.Item>)}
        {mayWrite && configuration.is_active && <Menu.Item onClick={remove}>Take out of use</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}

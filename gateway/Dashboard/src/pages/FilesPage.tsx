import { Button, FileButton } from '@mantine/core';
import { act } from '../api/act';
import { api, fetchApi, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Page } from '../layout/Page';
import { DataTable, type Column } from '../parts/DataTable';
import { bytes, count, when, words } from '../parts/format';
import { Empty, QueryView } from '../parts/QueryView';
import { ResourceActions } from '../resources/ResourceActions';

type StoredFile = Schemas['File'];

const ADDRESS = '/api/load-testing/files';

const COLUMNS: Column<StoredFile>[] = [
  { header: 'Name', cell: (f) => <a href={`${ADDRESS}/${f.id}/content`} download={f.name}>{f.name}</a> },
  { header: 'Kind', cell: (f) => words(f.kind) },
  { header: 'Size', cell: (f) => bytes(f.size_bytes), isNumber: true },
  { header: 'Rows', cell: (f) => count(f.rows), isNumber: true },
  { header: 'Columns', cell: (f) => f.columns?.join(', ') ?? '–', isProse: true },
  { header: 'Changed', cell: (f) => when(f.updated_at) },
  { header: 'By', cell: (f) => f.created_by },
  { header: 'Do', cell: (f) => <ResourceActions name={f.name} onRemove={() => void act(fetchApi.DELETE('/api/load-testing/files/{id}', { params: { path: { id: f.id } } }), `${f.name} is out of use.`, ADDRESS)} /> },
];

/** Data that plans name: rows for users, scripts, message definitions. */
export function FilesPage() {
  const mayWrite = useMay('engineer');
  const files = api.useQuery('get', ADDRESS, { params: { query: { limit: 200 } } });
  const upload = (file: File | null) => {
    if (!file) return;
    const params = { query: { name: file.name } };
    void act(fetchApi.POST(ADDRESS, { params, body: file as never, bodySerializer: (body: unknown) => body as File, headers: { 'Content-Type': 'application/octet-stream' } }), `${file.name} is kept.`, ADDRESS);
  };
  return (
    <Page title="Files" actions={mayWrite && <FileButton onChange={upload} accept=".csv,.json,.js,.proto">{(props) => <Button {...props}>Upload a file</Button>}</FileButton>}>
      <QueryView query={files} what="the files">
        {(answer) => answer.files.length === 0
          ? <Empty title="No files">A plan takes the data of its users from a file by its name, such as users.csv.</Empty>
          : <DataTable caption="Files, newest first" columns={COLUMNS} rows={answer.files} rowKey={(f) => f.id} />}
      </QueryView>
    </Page>
  );
}

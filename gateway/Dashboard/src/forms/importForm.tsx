import { Checkbox, FileInput, List, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { act } from '../api/act';
import { fetchApi, type Schemas } from '../api/client';
import { asText, withMember } from '../plans/plan';
import { TextMember, type Part } from './MemberInputs';
import { openForm } from './openForm';

type Imported = Schemas['StoredImportAnswer'];

const CONFIGURATIONS = '/api/load-testing/configurations';

/** Makes a configuration of what another tool wrote, and says what was not taken over. */
export function openImport(onImported: (id: string) => void) {
  let chosen: File | null = null;
  openForm({
    title: 'Import a configuration', first: {}, action: 'Import',
    fields: (part) => <Fields part={part} choose={(file) => { chosen = file; }} />,
    send: async (written) => {
      const body = { ...written, content: await chosen?.text() };
      const answer = await act(fetchApi.POST('/api/load-testing/import', { params: { query: { store: true } }, body: body as never }), 'It is imported.', CONFIGURATIONS);
      const imported = answer.data as Imported | undefined;
      if (imported?.configuration) {
        onImported(imported.configuration.id);
        showLeftOut(imported);
      }
      return answer;
    },
  });
}

function Fields({ part, choose }: { part: Part; choose: (file: File | null) => void }) {
  const take = (file: File | null) => {
    choose(file);
    part.change(withMember(part.value, 'format', file?.name.endsWith('.jmx') ? 'jmx' : undefined));
  };
  return (
    <>
      <FileInput label="File" description="A recording (HAR), an OpenAPI document or a JMeter plan, of 20 MB at most" placeholder="Choose a file" onChange={take} error={part.faults.content ?? part.faults.format ?? part.faults['']} required withAsterisk={false} />
      <TextMember part={part} name="name" label="Name" description="That of the file when nothing is said" />
      <TextMember part={part} name="environment" label="Environment" description={`Where its requests go${asText(part.value.environment) ? '' : '; the default one when nothing is said'}`} />
      <Checkbox label="Without images, styles, scripts and fonts" checked={part.value.leaveOutStatic === true} onChange={(e) => part.change(withMember(part.value, 'leaveOutStatic', e.currentTarget.checked || undefined))} />
    </>
  );
}

// The form that asked closes all that is open when it is done, so this waits for it.
function showLeftOut({ warnings, variables }: Imported) {
  if (warnings.length === 0 && variables.length === 0) return;
  window.setTimeout(() => modals.open({
    title: 'What was not taken over', size: 'lg', closeButtonProps: { 'aria-label': 'Close' },
    children: (
      <Stack>
        {warnings.length > 0 && <List size="sm">{warnings.map((warning) => <List.Item key={warning}>{warning}</List.Item>)}</List>}
        {variables.length > 0 && <Text size="sm">The environment must give these variables or secrets before it can run:</Text>}
        {variables.length > 0 && <List size="sm">{variables.map((one) => <List.Item key={one.name}><b>{one.name}</b> instead of {one.insteadOf}</List.Item>)}</List>}
      </Stack>
    ),
  }), 100);
}

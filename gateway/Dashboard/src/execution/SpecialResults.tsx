import { Stack, Text, Title } from '@mantine/core';
import { api, type Execution, type Schemas } from '../api/client';
import { DataTable, type Column } from '../parts/DataTable';
import { Facts } from '../parts/Facts';
import { clock, NOTHING, perSecond } from '../parts/format';
import { QueryView } from '../parts/QueryView';
import { StatusBadge } from '../parts/StatusBadge';
import { ChangesTable } from '../runs/ChangesTable';

type Sides = NonNullable<Schemas['AbComparison']>;
type Capacity = NonNullable<Schemas['SearchedCapacity']>;
type Step = Capacity['steps'][number];

const STEPS: Column<Step>[] = [
  { header: 'Arrivals', cell: (s) => perSecond(s.rate), isNumber: true },
  { header: 'Step', cell: (s) => s.move },
  { header: 'Judged from', cell: (s) => clock(s.first_second), isNumber: true },
  { header: 'To', cell: (s) => clock(s.last_second), isNumber: true },
  { header: 'Result', cell: (s) => <StatusBadge word={s.held ? 'held' : 'broke'} /> },
  { header: 'Why', cell: (s) => s.why ?? NOTHING },
];

/** What a test of a special kind was made to find out. */
export function SpecialResults({ execution }: { execution: Execution }) {
  const isSpecial = execution.summary.test_type === 'ab' || execution.manifest?.schedule.load_pattern?.type === 'capacity_search';
  const report = api.useQuery('get', '/api/load-testing/executions/{id}/report', { params: { path: { id: execution.id } } }, { enabled: isSpecial });
  if (!isSpecial) return null;
  return (
    <QueryView query={report} what="what it found">
      {(answer) => typeof answer === 'object' && (
        <>
          {answer.report.report_data.ab_comparison && <AbResult sides={answer.report.report_data.ab_comparison} />}
          {answer.report.report_data.capacity && <CapacityResult capacity={answer.report.report_data.capacity} />}
        </>
      )}
    </QueryView>
  );
}

function AbResult({ sides }: { sides: Sides }) {
  return (
    <Stack gap="xs" component="section" aria-label="Candidate and base">
      <Title order={2} size="h4">The candidate beside the base <StatusBadge word={sides.verdict} /></Title>
      <Text size="sm">{sides.candidate}, {sides.candidate_seconds} seconds of it against {sides.base_seconds} of the base.</Text>
      <ChangesTable caption="The candidate beside the base" base="Base" candidate="Candidate" changes={[...sides.overall, ...sides.operations]} />
    </Stack>
  );
}

function CapacityResult({ capacity }: { capacity: Capacity }) {
  const { safe_rate: safe, broken_rate: broken } = capacity;
  return (
    <Stack gap="xs" component="section" aria-label="Capacity">
      <Title order={2} size="h4">Capacity <StatusBadge word={capacity.is_confirmed ? 'confirmed' : 'not_confirmed'} /></Title>
      <Facts facts={[['Largest rate that held', safe == null ? 'none' : perSecond(safe)], ['Smallest that broke', broken == null ? 'none' : perSecond(broken)], ['Used up first', capacity.first_saturated ?? 'nothing that was measured']]} />
      {capacity.steps.length === 0 ? <Text>No step was over when the run ended.</Text> : <DataTable caption="The steps of the search" columns={STEPS} rows={capacity.steps} rowKey={(s) => String(s.first_second)} />}
    </Stack>
  );
}

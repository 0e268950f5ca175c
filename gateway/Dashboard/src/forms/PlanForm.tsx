import { Fieldset, Grid, SimpleGrid, Stack, Tabs, Text, Textarea } from '@mantine/core';
import { useMemo, useState } from 'react';
import { parse, stringify } from 'yaml';
import { api } from '../api/client';
import { ChartWithTable } from '../charts/ChartWithTable';
import { count } from '../parts/format';
import { loadShapeOf } from '../plans/loadShape';
import { asPlan, withMember, type Plan } from '../plans/plan';
import type { Faults } from '../plans/validation';
import { CriteriaFields } from './CriteriaFields';
import { FaultList } from './FaultList';
import { LoadPatternFields } from './LoadPatternFields';
import { ChoiceMember, DurationMember, NumberMember, partOf, TextMember, type Part } from './MemberInputs';
import { ScenariosFields } from './ScenariosFields';

const TEST_TYPES = ['load', 'spike', 'stress', 'volume', 'endurance', 'smoke', 'capacity', 'ab'].map((value) => ({ value, label: value }));

/** A whole plan as fields or as text, with what is wrong in it and the shape of its load. */
export function PlanForm({ plan, faults, change }: { plan: Plan; faults: Faults; change: (plan: Plan) => void }) {
  const part: Part = { value: plan, path: '', faults, change };
  return (
    <Grid>
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Tabs defaultValue="fields" keepMounted={false}>
          <Tabs.List aria-label="How to write the plan"><Tabs.Tab value="fields">Fields</Tabs.Tab><Tabs.Tab value="yaml">YAML</Tabs.Tab></Tabs.List>
          <Tabs.Panel value="fields" pt="md"><Fields plan={part} /></Tabs.Panel>
          <Tabs.Panel value="yaml" pt="md"><PlanText plan={plan} change={change} /></Tabs.Panel>
        </Tabs>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Stack className="beside"><Shape plan={plan} /><FaultList faults={faults} whole="The plan" /></Stack>
      </Grid.Col>
    </Grid>
  );
}

function Fields({ plan }: { plan: Part }) {
  const { data } = api.useQuery('get', '/api/load-testing/environments', { params: { query: { limit: 200 } } });
  const environments = (data?.environments ?? []).map((one) => ({ value: one.name, label: one.name }));
  return (
    <Stack>
      <Fieldset legend="The test">
        <Stack>
          <TextMember part={plan} name="name" label="Name" />
          <TextMember part={plan} name="description" label="Description" lines={2} />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <ChoiceMember part={typeOf(plan)} name="test_type" label="Type of test" options={TEST_TYPES} />
            <ChoiceMember part={plan} name="environment" label="Environment" options={[{ value: '', label: 'The default one' }, ...environments]} />
          </SimpleGrid>
          {plan.value.test_type === 'ab' && <AbFields plan={plan} />}
        </Stack>
      </Fieldset>
      <Fieldset legend="The load">
        <Stack>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <DurationMember part={plan} name="duration" label="Duration" description="Such as 20s or 5m; bare, in minutes" placeholder="10m" />
            <NumberMember part={plan} name="max_virtual_users" label="Virtual users at most" description="How many people at once" placeholder="100" />
          </SimpleGrid>
          <LoadPatternFields plan={plan} />
        </Stack>
      </Fieldset>
      <Fieldset legend="What users do"><ScenariosFields plan={plan} /></Fieldset>
      <Fieldset legend="What must hold"><CriteriaFields plan={plan} /></Fieldset>
    </Stack>
  );
}

// Two systems are named by an A/B test and by no other.
function typeOf(plan: Part): Part {
  return { ...plan, change: (changed) => plan.change(changed.test_type === 'ab' ? { ab_test: { slice: '5s' }, ...changed } : withMember(changed, 'ab_test', undefined)) };
}

function AbFields({ plan }: { plan: Part }) {
  const test = partOf(plan, 'ab_test', asPlan(plan.value.ab_test));
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <TextMember part={test} name="candidate" label="The candidate’s origin" description="Another base URL of the environment; its first is the base" />
      <DurationMember part={test} name="slice" label="Each turn for" description="2s to 5m" placeholder="5s" />
    </SimpleGrid>
  );
}

function PlanText({ plan, change }: { plan: Plan; change: (plan: Plan) => void }) {
  const [typed, setTyped] = useState(() => stringify(plan));
  const [fault, setFault] = useState<string>();
  const set = (text: string) => {
    setTyped(text);
    try {
      change(asPlan(parse(text)));
      setFault(undefined);
    } catch (broken) {
      setFault(broken instanceof Error ? broken.message.split('\n')[0] : 'is not YAML');
    }
  };
  return <Textarea label="The plan as YAML" description="Everything a plan can say" value={typed} onChange={(e) => set(e.currentTarget.value)} error={fault} autosize minRows={20} spellCheck={false} classNames={{ input: 'code' }} />;
}

function Shape({ plan }: { plan: Plan }) {
  const shape = useMemo(() => loadShapeOf(plan), [plan]);
  const series = useMemo(() => [{ name: shape?.unit === 'arrivals' ? 'Arrivals per second' : 'Virtual users', axis: 'left' as const, values: shape?.level ?? [], format: count }], [shape]);
  if (asPlan(plan.load_pattern).type === 'capacity_search') return <Text>The rate doubles until a criterion breaks, then closes in on the largest that holds.</Text>;
  return <ChartWithTable title="Shape of the load" x={shape?.at ?? []} series={series} />;
}

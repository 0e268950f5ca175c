import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { asList, asPlan, asText, type Plan } from '../plans/plan';
import { ChoiceMember, DurationMember, NumberMember, partOf, SwitchMember, type Part } from './MemberInputs';

const TYPES: [string, string, Plan][] = [
  ['linear', 'Linear: climb, hold, fall', {}],
  ['constant', 'Constant', {}],
  ['spike', 'Spike', {}],
  ['step', 'Steps', { steps: 5 }],
  ['stages', 'Stages', { stages: [{ duration: '1m', target: 10 }, { duration: '1m', target: 0 }] }],
  ['constant_arrival_rate', 'Constant arrival rate', { rate: 10 }],
  ['ramping_arrival_rate', 'Ramping arrival rate', { start_rate: 0, stages: [{ duration: '1m', target: 10 }] }],
  ['capacity_search', 'Capacity search: up until a criterion breaks', { from: 10, to: 1000, step: '15s' }],
  ['shared_iterations', 'Shared iterations', { iterations: 100 }],
  ['per_user_iterations', 'Iterations for each user', { iterations: 10 }],
];

/** How the load runs over time; another type begins with its own members. */
export function LoadPatternFields({ plan }: { plan: Part }) {
  if (asList(plan.value.phases).length > 0) return <Text>The load is that of the plan’s phases, which are written under YAML.</Text>;
  const pattern = partOf(plan, 'load_pattern', asPlan(plan.value.load_pattern));
  const type = asText(pattern.value.type) || 'linear';
  const choice: Part = { ...pattern, change: (changed) => pattern.change({ type: changed.type, ...TYPES.find(([name]) => name === changed.type)?.[2] }) };
  return (
    <Stack>
      <ChoiceMember part={choice} name="type" label="Load pattern" options={TYPES.map(([value, label]) => ({ value, label }))} />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        {['linear', 'constant', 'spike'].includes(type) && (
          <>
            <DurationMember part={pattern} name="ramp_up" label="Ramp up" description="Such as 30s or 2m" />
            <DurationMember part={pattern} name="ramp_down" label="Ramp down" description="Such as 30s or 2m" />
          </>
        )}
        {type === 'spike' && (
          <>
            <NumberMember part={pattern} name="base_load_percentage" label="Base load in %" placeholder="20" />
            <DurationMember part={pattern} name="peak_duration_minutes" label="Peak" placeholder="5m" />
          </>
        )}
        {type === 'step' && <NumberMember part={pattern} name="steps" label="Steps" />}
        {type === 'constant_arrival_rate' && <NumberMember part={pattern} name="rate" label="Arrivals per second" />}
        {type === 'ramping_arrival_rate' && <NumberMember part={pattern} name="start_rate" label="Arrivals per second at first" />}
        {type === 'capacity_search' && (
          <>
            <NumberMember part={pattern} name="from" label="Lowest rate" description="Arrivals per second" />
            <NumberMember part={pattern} name="to" label="Highest rate" description="Arrivals per second" />
            <DurationMember part={pattern} name="step" label="Each rate for" placeholder="15s" />
            <NumberMember part={pattern} name="precision" label="Found within, %" placeholder="10" />
            <NumberMember part={pattern} name="least" label="Fails below this safe rate" />
          </>
        )}
        {type.endsWith('iterations') && <NumberMember part={pattern} name="iterations" label="Iterations" />}
      </SimpleGrid>
      {type.includes('arrival') && <SwitchMember part={pattern} name="poisson" label="At random, with this mean rate" />}
      {(type === 'stages' || type === 'ramping_arrival_rate') && pattern.value.preset === undefined && <Stages pattern={pattern} />}
    </Stack>
  );
}

function Stages({ pattern }: { pattern: Part }) {
  const stages = asList(pattern.value.stages).map(asPlan);
  const set = (changed: Plan[]) => pattern.change({ ...pattern.value, stages: changed });
  return (
    <Stack gap="xs" role="group" aria-label="Stages">
      {stages.map((stage, i) => {
        const part: Part = { value: stage, path: `${pattern.path}.stages[${i}]`, faults: pattern.faults, change: (changed) => set(stages.with(i, changed)) };
        return (
          <Group key={i} align="end">
            <DurationMember part={part} name="duration" label={`Stage ${i + 1}: for`} />
            <NumberMember part={part} name="target" label={`Stage ${i + 1}: to`} />
            <Button variant="default" aria-label={`Remove stage ${i + 1}`} onClick={() => set(stages.filter((_, at) => at !== i))}>Remove</Button>
          </Group>
        );
      })}
      <Button variant="default" onClick={() => set([...stages, { duration: '1m', target: 10 }])}>Add a stage</Button>
    </Stack>
  );
}

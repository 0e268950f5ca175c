import { SimpleGrid, Stack } from '@mantine/core';
import { asPlan } from '../plans/plan';
import { DurationMember, ListMember, NumberMember, partOf, type Part } from './MemberInputs';

/** What must hold, and when to give up. */
export function CriteriaFields({ plan }: { plan: Part }) {
  const criteria = partOf(plan, 'success_criteria', asPlan(plan.value.success_criteria));
  const stop = partOf(plan, 'stop_conditions', asPlan(plan.value.stop_conditions));
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NumberMember part={criteria} name="max_avg_response_time" label="Average at most, ms" placeholder="1000" />
        <NumberMember part={criteria} name="max_p95_response_time" label="p95 at most, ms" placeholder="2000" />
        <NumberMember part={criteria} name="max_p99_response_time" label="p99 at most, ms" />
        <NumberMember part={criteria} name="max_error_rate" label="Errors at most, %" placeholder="5" />
        {typeof criteria.value.min_throughput !== 'object' && <NumberMember part={criteria} name="min_throughput" label="Requests per second at least" />}
      </SimpleGrid>
      <ListMember part={criteria} name="expressions" label="Expressions, one a line" description="Such as p(99) of 'checkout' < 1500" />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NumberMember part={stop} name="max_error_rate" label="Stop above this error rate, %" />
        <DurationMember part={stop} name="for" label="When it lasts for" placeholder="5s" />
      </SimpleGrid>
    </Stack>
  );
}

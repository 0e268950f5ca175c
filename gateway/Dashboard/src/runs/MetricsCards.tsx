import { SimpleGrid } from '@mantine/core';
import { MetricCard } from '../parts/MetricCard';
import { count, milliseconds, percent, perSecond, toneOfErrorRate } from '../parts/format';
import type { Run } from '../live/useRun';

/** The four figures that say how a run fares. */
export function MetricsCards({ run: { execution, current } }: { run: Run }) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} data-testid="metrics-cards">
      <MetricCard name="Total requests" value={count(execution.total_requests)} testId="total-requests-card"
        note={`${count(execution.successful_requests)} successful, ${count(execution.failed_requests)} failed`} />
      <MetricCard name="Average response time" value={milliseconds(execution.avg_response_time)} testId="response-time-card"
        note={`p95 ${milliseconds(execution.p95_response_time)}, p99 ${milliseconds(execution.p99_response_time)}`} />
      <MetricCard name="Throughput" value={perSecond(execution.throughput_rps)} testId="throughput-card"
        note={current ? `${perSecond(current.requests_per_second)} by ${count(current.virtual_users)} users now` : `${count(execution.concurrent_users_peak)} users at most`} />
      <MetricCard name="Error rate" value={percent(execution.error_rate)} tone={toneOfErrorRate(execution.error_rate)} testId="error-rate-card"
        note={execution.error_rate < 1 ? 'below 1 %' : execution.error_rate < 5 ? '1 % or more' : '5 % or more'} />
    </SimpleGrid>
  );
}

import type { Second } from '../api/client';
import { count, milliseconds, percent, perSecond } from '../parts/format';
import type { Series } from './series';

/**
 * The lines of both charts, a value for each second. A second without requests has no response time, which is something other than 0.
 */
export function seriesOf(seconds: readonly Second[]): { x: number[]; answers: Series[]; load: Series[] } {
  const of = (value: (second: Second) => number) => seconds.map(value);
  const answered = (value: (second: Second) => number) => seconds.map((second) => (second.requests_per_second > 0 ? value(second) : null));
  return {
    x: of((second) => second.timestamp_offset),
    answers: [
      { name: 'Average', axis: 'left', values: answered((s) => s.avg_response_time), format: milliseconds },
      { name: 'p95', axis: 'left', values: answered((s) => s.p95_response_time), format: milliseconds },
      { name: 'p99', axis: 'left', values: answered((s) => s.p99_response_time), format: milliseconds },
      { name: 'Requests per second', axis: 'right', values: of((s) => s.requests_per_second), format: perSecond },
    ],
    load: [
      { name: 'Virtual users', axis: 'left', values: of((s) => s.virtual_users), format: count },
      { name: 'Error rate', axis: 'right', values: answered((s) => s.error_rate), format: percent },
    ],
  };
}

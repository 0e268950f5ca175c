import { Paper, Text } from '@mantine/core';
import type { Tone } from './format';

/** One figure with its name, and what is to be said beside it. */
export function MetricCard({ name, value, note, tone, testId }: { name: string; value: string; note?: string; tone?: Tone; testId?: string }) {
  return (
    <Paper withBorder p="md" data-testid={testId} className="metric-card" data-tone={tone}>
      <Text size="sm" c="dimmed">{name}</Text>
      <p className="metric-value">{value}</p>
      {note && <Text size="sm" c="dimmed">{note}</Text>}
    </Paper>
  );
}

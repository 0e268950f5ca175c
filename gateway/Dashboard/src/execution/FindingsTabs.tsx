import { Group, List, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { api, statusOf, type Schemas } from '../api/client';
import { clock } from '../parts/format';
import { Empty, QueryView } from '../parts/QueryView';
import { StatusBadge } from '../parts/StatusBadge';

function useInsights(id: string, isJudged: boolean) {
  return api.useQuery('get', '/api/load-testing/executions/{id}/insights', { params: { path: { id } } }, { enabled: isJudged });
}

type Insights = NonNullable<ReturnType<typeof useInsights>['data']>;

function Judged({ id, isJudged, children }: { id: string; isJudged: boolean; children: (insights: Insights) => ReactNode }) {
  const insights = useInsights(id, isJudged);
  if (!isJudged || statusOf(insights.error) === 404) return <Empty title="Findings are there when the run is over and judged" />;
  return <QueryView query={insights} what="the findings">{children}</QueryView>;
}

export function BottlenecksTab(props: { id: string; isJudged: boolean }) {
  return (
    <Judged {...props}>
      {({ bottlenecks, insights, performanceGrade }) => (
        <Stack>
          {performanceGrade && <Text>Grade <b>{performanceGrade}</b></Text>}
          <List>{insights.map((insight) => <List.Item key={insight}>{insight}</List.Item>)}</List>
          {bottlenecks.length === 0 ? <Empty title="No bottleneck was found" /> : bottlenecks.map((finding) => <Finding key={`${finding.rule} ${finding.component} ${finding.first_second}`} finding={finding} />)}
        </Stack>
      )}
    </Judged>
  );
}

function Finding({ finding }: { finding: Schemas['Finding'] }) {
  return (
    <Paper withBorder p="md">
      <Group gap="xs"><StatusBadge word={finding.severity} /><Title order={2} size="h5">{finding.component}</Title></Group>
      <Text>{finding.details}</Text>
      <Text size="sm" c="dimmed">{finding.series}, {clock(finding.first_second)} to {clock(finding.last_second)}, by the rule {finding.rule}</Text>
      <Text mt="xs">{finding.recommendation}</Text>
    </Paper>
  );
}

export function RecommendationsTab(props: { id: string; isJudged: boolean }) {
  return (
    <Judged {...props}>
      {({ recommendations, nextSteps }) => (
        <Stack>
          {recommendations.length === 0 && <Empty title="Nothing is recommended" />}
          {recommendations.map((one) => (
            <Paper withBorder p="md" key={one.title + one.description}>
              <Group gap="xs"><StatusBadge word={one.priority} /><Title order={2} size="h5">{one.title}</Title></Group>
              <Text>{one.description}</Text>
              <Text size="sm" c="dimmed">{one.category}: {one.estimated_impact}</Text>
            </Paper>
          ))}
          {nextSteps.length > 0 && <Title order={2} size="h4">Next steps</Title>}
          <List>{nextSteps.map((step) => <List.Item key={step}>{step}</List.Item>)}</List>
        </Stack>
      )}
    </Judged>
  );
}

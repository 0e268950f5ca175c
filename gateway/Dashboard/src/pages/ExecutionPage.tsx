import { Tabs } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { statusOf } from '../api/client';
import { AlertsTab } from '../execution/AlertsTab';
import { EndpointsTab } from '../execution/EndpointsTab';
import { EventsTab } from '../execution/EventsTab';
import { ExecutionActions, ExecutionLine } from '../execution/ExecutionHeader';
import { BottlenecksTab, RecommendationsTab } from '../execution/FindingsTabs';
import { MetricsTab } from '../execution/MetricsTab';
import { ResourcesTab } from '../execution/ResourcesTab';
import { SummaryTab } from '../execution/SummaryTab';
import { Page } from '../layout/Page';
import { BASE } from '../layout/places';
import { isOver } from '../live/liveFeed';
import { granularityOf, useRun, type Granularity, type Run } from '../live/useRun';
import { Empty, QueryView } from '../parts/QueryView';
import { RunningBanner } from '../runs/RunningBanner';
import { SteeringButtons } from '../runs/SteeringButtons';

const RESULTS = [{ label: 'Test Results', to: `${BASE}/results` }];

/** One run, while it goes on and ever after. */
export function ExecutionPage() {
  const { id } = useParams();
  const [wish, setWish] = useState<Granularity>();
  const run = useRun(id, wish);
  if (statusOf(run.error) === 404 || statusOf(run.error) === 400) return <Page title="Execution" crumbs={RESULTS}><Empty title="There is no such execution" /></Page>;
  const shown = run.data;
  if (!shown) return <Page title="Execution" crumbs={RESULTS}><QueryView query={run} what="the execution">{() => null}</QueryView></Page>;
  const { execution } = shown;
  return (
    <Page title={execution.execution_name} crumbs={RESULTS} actions={<ExecutionActions execution={execution} />} testId="execution-page">
      <ExecutionLine execution={execution} />
      {!isOver(execution.status) && <RunningBanner run={shown}><SteeringButtons execution={execution} /></RunningBanner>}
      <ExecutionTabs run={shown} granularity={wish ?? granularityOf(execution.duration_seconds)} setGranularity={setWish} />
    </Page>
  );
}

function ExecutionTabs({ run, granularity, setGranularity }: { run: Run; granularity: Granularity; setGranularity: (granularity: Granularity) => void }) {
  const [search, setSearch] = useSearchParams();
  const { execution } = run;
  const isJudged = isOver(execution.status) && execution.verdict !== null;
  const tabs: Record<string, ReactNode> = {
    summary: <SummaryTab run={run} />,
    metrics: <MetricsTab run={run} granularity={granularity} setGranularity={setGranularity} />,
    endpoints: <EndpointsTab id={execution.id} />,
    resources: <ResourcesTab id={execution.id} durationSeconds={execution.duration_seconds} marks={run.marks} />,
    bottlenecks: <BottlenecksTab id={execution.id} isJudged={isJudged} />,
    recommendations: <RecommendationsTab id={execution.id} isJudged={isJudged} />,
    alerts: <AlertsTab id={execution.id} />,
    events: <EventsTab id={execution.id} />,
  };
  const shown = search.get('tab') ?? 'summary';
  return (
    <Tabs value={shown in tabs ? shown : 'summary'} onChange={(tab) => setSearch({ tab: tab ?? 'summary' }, { replace: true })} keepMounted={false}>
      <Tabs.List aria-label="About this run">
        {Object.keys(tabs).map((tab) => <Tabs.Tab key={tab} value={tab}>{tab.charAt(0).toUpperCase() + tab.slice(1)}</Tabs.Tab>)}
      </Tabs.List>
      {Object.entries(tabs).map(([tab, content]) => <Tabs.Panel key={tab} value={tab} pt="md">{content}</Tabs.Panel>)}
    </Tabs>
  );
}

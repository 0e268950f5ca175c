import { Button, SimpleGrid, Stack } from '@mantine/core';
import { act } from '../api/act';
import { api, fetchApi, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { ChoiceMember, NumberMember, SwitchMember, TextMember, type Part } from '../forms/MemberInputs';
import { openForm } from '../forms/openForm';
import { DataTable, type Column } from '../parts/DataTable';
import { figure, words } from '../parts/format';
import { Empty, QueryView } from '../parts/QueryView';
import { StatusBadge } from '../parts/StatusBadge';
import { planOf } from '../plans/plan';
import { ResourceActions, versioned } from '../resources/ResourceActions';

type Rule = Schemas['AlertRuleResource'];

const ADDRESS = '/api/load-testing/alert-rules';
const ONE = '/api/load-testing/alert-rules/{id}';
const METRICS = ['p95_response_time', 'p99_response_time', 'avg_response_time', 'max_response_time', 'error_rate', 'check_failure_rate', 'throughput_rps', 'failed_requests', 'dropped_iterations', 'virtual_users', 'cpu_usage', 'memory_usage', 'generator_cpu_usage', 'generator_lag'];
const named = (values: string[], none?: string) => [...(none ? [{ value: '', label: none }] : []), ...values.map((value) => ({ value, label: words(value) }))];

const COLUMNS: Column<Rule>[] = [
  { header: 'Name', cell: (r) => r.name },
  { header: 'Raised', cell: whenRaised },
  { header: 'For', cell: (r) => r.for_duration },
  { header: 'Severity', cell: (r) => (r.severity ? <StatusBadge word={r.severity} /> : 'by how far') },
  { header: 'Environment', cell: (r) => r.environment ?? 'any' },
  { header: 'Do', cell: (r) => <Actions rule={r} /> },
];

function whenRaised(rule: Rule): string {
  if (rule.expression) return `when ${rule.expression} does not hold`;
  if (rule.detects) return `at a ${words(rule.detects)}`;
  const metric = rule.metric_name ?? '';
  const limit = rule.relative_to_baseline ? `${rule.threshold_value ?? 0} ${metric.includes('rate') ? 'points' : '%'} worse than the baseline` : `${rule.comparison} ${figure(metric, rule.threshold_value)}`;
  return `when ${words(metric)}${rule.operation ? ` of ${rule.operation}` : ''} is ${limit}`;
}

export function RulesTab() {
  const mayWrite = useMay('engineer');
  const rules = api.useQuery('get', ADDRESS, { params: { query: { limit: 200 } } });
  const make = () => openForm({
    title: 'New alert rule', first: { metric_name: 'p95_response_time', threshold_value: 500, comparison: 'above', for_duration: '10s' }, fields,
    send: (written) => act(fetchApi.POST(ADDRESS, { body: written as never }), 'The rule is stored.', ADDRESS),
  });
  return (
    <Stack align="stretch">
      {mayWrite && <div><Button onClick={make}>New rule</Button></div>}
      <QueryView query={rules} what="the rules">
        {(answer) => answer.rules.length === 0 ? <Empty title="No rules">The criteria of each run are watched without one.</Empty> : <DataTable caption="Alert rules" columns={COLUMNS} rows={answer.rules} rowKey={(r) => r.id} />}
      </QueryView>
    </Stack>
  );
}

function Actions({ rule }: { rule: Rule }) {
  const change = () => openForm({
    title: `Change ${rule.name}`, first: planOf(rule), fields,
    send: (written) => act(fetchApi.PUT(ONE, { ...versioned(rule), body: written as never }), `${rule.name} is changed.`, ADDRESS),
  });
  return <ResourceActions name={rule.name} onChange={change} onRemove={() => void act(fetchApi.DELETE(ONE, versioned(rule)), `${rule.name} is out of use.`, ADDRESS)} />;
}

function fields(part: Part) {
  return (
    <>
      <TextMember part={part} name="name" label="Name" />
      <TextMember part={part} name="expression" label="Expression that must hold" description="Instead of a metric and a threshold, such as cpu_usage < 80 while requests_per_second > 1000" />
      <ChoiceMember part={part} name="detects" label="Kind of change" options={named(['p99_step', 'error_burst', 'throughput_plateau'], 'None')} />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <ChoiceMember part={part} name="metric_name" label="Metric" options={named(METRICS, 'None')} />
        <TextMember part={part} name="operation" label="Operation" description="Nothing for the whole run" />
        <ChoiceMember part={part} name="comparison" label="Bad when" options={named(['above', 'below'])} />
        <NumberMember part={part} name="threshold_value" label="Threshold" description="ms, %, bytes" />
        <TextMember part={part} name="for_duration" label="For" description="Such as 10s" />
        <ChoiceMember part={part} name="severity" label="Severity" options={named(['low', 'medium', 'high', 'critical'], 'By how far it is beyond')} />
        <TextMember part={part} name="resolve_after" label="Over when good for" description="Such as 3s" />
        <NumberMember part={part} name="hysteresis_percent" label="Good only this far inside, %" />
        <TextMember part={part} name="environment" label="Environment" description="Nothing for any" />
      </SimpleGrid>
      <SwitchMember part={part} name="relative_to_baseline" label="The threshold is how much worse than the baseline" />
    </>
  );
}

import { Button, SimpleGrid, Stack } from '@mantine/core';
import { act } from '../api/act';
import { api, fetchApi, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { ChoiceMember, NumberMember, TextMember, type Part } from '../forms/MemberInputs';
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
const METRICS = ['p95_response_time', 'p99_response_time', 'avg_response_time', 'max_response_time', 'error_rate', 'check_failure_rate', 'throughput_rps', 'failed_requests', 'dropped_iterations', 'virtual_users', 'cpu_usage', 'memory_usage'];
const named = (values: string[], none?: string) => [...(none ? [{ value: '', label: none }] : []), ...values.map((value) => ({ value, label: words(value) }))];

const COLUMNS: Column<Rule>[] = [
  { header: 'Name', cell: (r) => r.name },
  { header: 'When', cell: (r) => `${words(r.metric_name)}${r.operation ? ` of ${r.operation}` : ''} is ${r.comparison} ${figure(r.metric_name, r.threshold_value)}` },
  { header: 'For', cell: (r) => r.for_duration },
  { header: 'Severity', cell: (r) => (r.severity ? <StatusBadge word={r.severity} /> : 'by how far') },
  { header: 'Environment', cell: (r) => r.environment ?? 'any' },
  { header: 'Do', cell: (r) => <Actions rule={r} /> },
];

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
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <ChoiceMember part={part} name="metric_name" label="Metric" options={named(METRICS)} />
        <TextMember part={part} name="operation" label="Operation" description="Nothing for the whole run" />
        <ChoiceMember part={part} name="comparison" label="Bad when" options={named(['above', 'below'])} />
        <NumberMember part={part} name="threshold_value" label="Threshold" description="ms, %, bytes" />
        <TextMember part={part} name="for_duration" label="For" description="Such as 10s" />
        <ChoiceMember part={part} name="severity" label="Severity" options={named(['low', 'medium', 'high', 'critical'], 'By how far it is beyond')} />
        <TextMember part={part} name="environment" label="Environment" description="Nothing for any" />
      </SimpleGrid>
    </>
  );
}

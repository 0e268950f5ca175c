import { Button, Group, SimpleGrid, TextInput } from '@mantine/core';
import { useState } from 'react';
import { act } from '../api/act';
import { api, fetchApi, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { ChoiceMember, NumberMember, TextMember, type Part } from '../forms/MemberInputs';
import { openForm } from '../forms/openForm';
import { Page } from '../layout/Page';
import { DataTable, type Column } from '../parts/DataTable';
import { milliseconds, NOTHING, percent, perSecond, when, words } from '../parts/format';
import { notifyDone } from '../parts/notify';
import { Empty, QueryView } from '../parts/QueryView';
import { StatusBadge } from '../parts/StatusBadge';
import { planOf } from '../plans/plan';
import { ResourceActions, versioned } from '../resources/ResourceActions';

type Benchmark = Schemas['BenchmarkResource'];

const ADDRESS = '/api/load-testing/benchmarks';
const ONE = '/api/load-testing/benchmarks/{id}';
const TYPES = ['response_time', 'throughput', 'concurrent_users', 'resource_usage'].map((value) => ({ value, label: words(value) }));

const COLUMNS: Column<Benchmark>[] = [
  { header: 'Name', cell: (b) => b.benchmark_name },
  { header: 'About', cell: (b) => [b.http_method, b.endpoint_path].filter(Boolean).join(' ') || 'the whole run' },
  { header: 'Type', cell: (b) => words(b.benchmark_type ?? '') },
  { header: 'Response time', cell: (b) => milliseconds(b.target_response_time), isNumber: true },
  { header: 'Throughput', cell: (b) => (b.target_throughput ? perSecond(b.target_throughput) : NOTHING), isNumber: true },
  { header: 'Errors at most', cell: (b) => percent(b.max_error_rate), isNumber: true },
  { header: 'Last validated', cell: (b) => when(b.last_validated_at) },
  { header: 'Status', cell: (b) => <StatusBadge word={b.validation_status} /> },
  { header: 'Do', cell: (b) => <Actions benchmark={b} /> },
];

export function BenchmarksPage() {
  const mayWrite = useMay('engineer');
  const [environment, setEnvironment] = useState('sample');
  const benchmarks = api.useQuery('get', ADDRESS, { params: { query: { environment, limit: 200 } } });
  const make = () => openForm({
    title: 'New benchmark', first: { environment, target_response_time: 500, max_error_rate: 1 }, fields,
    send: (written) => act(fetchApi.POST(ADDRESS, { body: written as never }), 'The benchmark is stored.', ADDRESS),
  });
  return (
    <Page title="Benchmarks" actions={mayWrite && <><Button variant="default" onClick={validate}>Validate an execution</Button><Button onClick={make}>New benchmark</Button></>}>
      <Group><TextInput label="Environment" value={environment} onChange={(e) => setEnvironment(e.currentTarget.value)} /></Group>
      <QueryView query={benchmarks} what="the benchmarks">
        {(answer) => answer.benchmarks.length === 0
          ? <Empty title={`No benchmarks for ${environment}`}>What a system must do, whatever test shows it.</Empty>
          : <DataTable caption={`Benchmarks of ${environment}`} columns={COLUMNS} rows={answer.benchmarks} rowKey={(b) => b.id} />}
      </QueryView>
    </Page>
  );
}

function Actions({ benchmark }: { benchmark: Benchmark }) {
  const name = benchmark.benchmark_name;
  const change = () => openForm({
    title: `Change ${name}`, first: planOf(benchmark, 'last_validated_at', 'validation_status'), fields,
    send: (written) => act(fetchApi.PUT(ONE, { ...versioned(benchmark), body: written as never }), `${name} is changed.`, ADDRESS),
  });
  const remove = () => void act(fetchApi.DELETE(ONE, versioned(benchmark)), `${name} is out of use.`, ADDRESS);
  return <ResourceActions name={name} onChange={change} onRemove={remove} />;
}

function fields(part: Part) {
  return (
    <>
      <TextMember part={part} name="benchmark_name" label="Name" />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextMember part={part} name="environment" label="Environment" />
        <ChoiceMember part={part} name="benchmark_type" label="Type" options={TYPES} />
        <ChoiceMember part={part} name="http_method" label="Method" options={['', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((value) => ({ value, label: value || 'Any' }))} />
        <TextMember part={part} name="endpoint_path" label="Path" description="Nothing for the whole run" />
        <NumberMember part={part} name="target_response_time" label="Response time at most, ms" />
        <NumberMember part={part} name="target_throughput" label="Requests per second at least" />
        <NumberMember part={part} name="max_error_rate" label="Errors at most, %" />
      </SimpleGrid>
    </>
  );
}

// All benchmarks of the execution's environment are held against it.
function validate() {
  openForm({
    title: 'Validate an execution', first: {}, action: 'Validate',
    fields: (part) => <TextMember part={part} name="executionId" label="Execution" description="Its id; all benchmarks of its environment are held against it" />,
    send: async (written) => {
      const answer = await act(fetchApi.POST('/api/load-testing/benchmarks/validate', { body: written as never }), 'It is validated.', ADDRESS);
      if (answer.data) notifyDone(answer.data.passed ? 'Every benchmark passed.' : `${answer.data.validation.filter((one) => one.status !== 'passed').map((one) => one.benchmark_name).join(', ')} did not pass.`);
      return answer;
    },
  });
}

import { JsonInput, NativeSelect, NumberInput, Switch, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { durationTyped } from '../plans/duration';
import { asText, withMember, type Plan } from '../plans/plan';
import type { Faults } from '../plans/validation';

/** A part of a plan that is being written: what it is, where it stands, what is wrong in all of it, and how it is changed. */
export type Part = { value: Plan; path: string; faults: Faults; change: (value: Plan) => void };

type Props = { part: Part; name: string; label: string; description?: string };

export function memberPath(part: Part, name: string): string {
  return part.path ? `${part.path}.${name}` : name;
}

/** A part of a part; it goes when nothing is in it. */
export function partOf(part: Part, name: string, value: Plan): Part {
  return { value, path: memberPath(part, name), faults: part.faults, change: (changed) => part.change(withMember(part.value, name, changed)) };
}

function bound({ part, name, label, description }: Props) {
  return { label, description, error: part.faults[memberPath(part, name)], value: asText(part.value[name]) };
}

export function TextMember({ lines = 1, ...props }: Props & { lines?: number }) {
  const set = (text: string) => props.part.change(withMember(props.part.value, props.name, text === '' ? undefined : text));
  return lines === 1
    ? <TextInput {...bound(props)} onChange={(e) => set(e.currentTarget.value)} />
    : <Textarea {...bound(props)} autosize minRows={lines} onChange={(e) => set(e.currentTarget.value)} />;
}

export function NumberMember({ placeholder, ...props }: Props & { placeholder?: string }) {
  const set = (typed: number | string) => props.part.change(withMember(props.part.value, props.name, typed === '' ? undefined : Number(typed)));
  return <NumberInput {...bound(props)} placeholder={placeholder} hideControls onChange={set} />;
}

/** A duration: 20s, 2m, 1m30s; a bare number counts in minutes. */
export function DurationMember({ placeholder, ...props }: Props & { placeholder?: string }) {
  const { part, name } = props;
  return <TextInput {...bound(props)} placeholder={placeholder} onChange={(e) => part.change(withMember(part.value, name, durationTyped(e.currentTarget.value)))} />;
}

export function ChoiceMember({ options, ...props }: Props & { options: readonly { value: string; label: string }[] }) {
  const { part, name } = props;
  return <NativeSelect {...bound(props)} data={[...options]} onChange={(e) => part.change(withMember(part.value, name, e.currentTarget.value || undefined))} />;
}

export function SwitchMember({ part, name, label, description }: Props) {
  return <Switch label={label} description={description} checked={part.value[name] === true} onChange={(e) => part.change(withMember(part.value, name, e.currentTarget.checked || undefined))} />;
}

/** Lines of text as a list. */
export function ListMember(props: Props) {
  const { part, name } = props;
  const lines = Array.isArray(part.value[name]) ? (part.value[name] as unknown[]).map(asText).join('\n') : '';
  const [typed, setTyped] = useState(lines);
  const set = (text: string) => {
    setTyped(text);
    part.change(withMember(part.value, name, text.split('\n').map((line) => line.trim()).filter(Boolean)));
  };
  const path = memberPath(part, name);
  const faults = Object.entries(part.faults).filter(([at]) => at === path || at.startsWith(`${path}[`)).map(([, fault]) => fault);
  return <Textarea {...bound(props)} error={faults.join('; ')} value={typed} autosize minRows={2} onChange={(e) => set(e.currentTarget.value)} />;
}

/** Whatever has no field of its own, as JSON. */
export function JsonMember({ label, description, value, onChange, error }: {
  label: string; description?: string; value: unknown; onChange: (value: unknown) => void; error?: string;
}) {
  const [typed, setTyped] = useState(value === undefined ? '' : JSON.stringify(value, null, 2));
  const [isBroken, setIsBroken] = useState(false);
  const set = (text: string) => {
    setTyped(text);
    try {
      onChange(text.trim() === '' ? undefined : JSON.parse(text));
      setIsBroken(false);
    } catch {
      setIsBroken(true);
    }
  };
  return <JsonInput label={label} description={description} value={typed} onChange={set} error={isBroken ? 'is not JSON yet' : error} autosize minRows={2} spellCheck={false} />;
}

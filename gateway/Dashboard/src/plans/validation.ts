import { Validator, type OutputUnit, type Schema } from '@cfworker/json-schema';
import { pathText, type PlanPath } from './plan';

/** What is wrong, in words, by the path of the member. */
export type Faults = Record<string, string>;

// These only say that something below them is wrong, or that no form fitted; what is below says it better.
const OUTER = new Set(['properties', 'items', 'prefixItems', '$ref', 'allOf', 'if', 'then', 'else', 'dependentSchemas', 'additionalProperties', 'propertyNames', 'anyOf', 'oneOf', 'unevaluatedProperties']);

const UNKNOWN = 'is not known here';
const BADLY_WRITTEN = 'is not written as it should be';
const REQUIRED = 'is required';

/** A check by a schema as the gateway serves it. It reads the schema and makes no code of it, so that the page's policy can forbid that. */
export function checkBy(schema: Schema): (value: unknown) => Faults {
  const validator = new Validator(schema, '2020-12', false);
  return (value) => faultsOf(value, validator.validate(value).errors);
}

function faultsOf(value: unknown, errors: readonly OutputUnit[]): Faults {
  const faults: Record<string, Set<string>> = {};
  for (const error of errors.filter((one) => !OUTER.has(one.keyword))) {
    const path = pathOf(error);
    (faults[pathText(path)] ??= new Set()).add(wordsOf(error, valueAt(value, path)));
  }
  return Object.fromEntries(Object.entries(faults).filter(([path, found]) => !isConsequence(path, found, faults)).map(([path, found]) => [path, sentenceOf(found)]));
}

// A member counts as unknown, too, when something in it is wrong; then that is what to say.
function isConsequence(path: string, found: Set<string>, faults: Record<string, Set<string>>): boolean {
  return found.size === 1 && found.has(UNKNOWN) && Object.entries(faults).some(([other, said]) => other.startsWith(path) && other !== path && !(said.size === 1 && said.has(UNKNOWN)));
}

function sentenceOf(found: Set<string>): string {
  if (found.size > 1) found.delete(UNKNOWN);
  return [REQUIRED, BADLY_WRITTEN].find((words) => found.has(words)) ?? [...found].join(', or ');
}

function pathOf({ instanceLocation }: OutputUnit): PlanPath {
  return instanceLocation.split('/').slice(1).map(decodeURIComponent).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function valueAt(value: unknown, path: PlanPath): unknown {
  return path.reduce<unknown>((outer, part) => (outer as Record<string | number, unknown> | undefined)?.[part], value);
}

function wordsOf({ keyword, error }: OutputUnit, value: unknown): string {
  switch (keyword) {
    case 'false': return UNKNOWN;
    case 'type': return `must be of type ${/Expected "([^"]+)"/.exec(error)?.[1] ?? 'another'}`;
    case 'required': return `${/"([^"]+)"/.exec(error)?.[1] ?? 'something'} is missing`;
    case 'pattern': return value === '' ? REQUIRED : BADLY_WRITTEN;
    case 'not': return 'does not go together';
    default: return error.replace(/\.$/, '').replace(/^Instance /, '').replace(/^./, (first) => first.toLowerCase());
  }
}

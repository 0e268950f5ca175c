// The API's types, made from the same files that the gateway publishes as /openapi/v1.json, so that they are never behind them.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { parse } from 'yaml';

const here = dirname(fileURLToPath(import.meta.url));
const files = join(here, '../../Gateway/Api');
const types = join(here, '../src/api/schema.d.ts');
const built = join(here, '../../../artifacts/dashboard-types');

const document = { paths: {}, components: {} };
for (const file of readdirSync(files).filter((name) => name.endsWith('.yaml')).sort()) {
  const { paths = {}, components = {}, tags, ...rest } = parse(readFileSync(join(files, file), 'utf8'), { merge: true });
  Object.assign(document, rest);
  for (const [whole, part] of [[document.paths, paths], [document.components, components]])
    for (const [name, members] of Object.entries(part)) whole[name] = { ...whole[name], ...members };
}

mkdirSync(built, { recursive: true });
writeFileSync(join(built, 'openapi.json'), JSON.stringify(document));
writeFileSync(types, `// Made by scripts/types.mjs.\n${astToString(await openapiTS(structuredClone(document)))}`);


// ---- What the journeys above are made of. ----

const state = new Map();      // this user's variables, kept from one iteration to the next
const ownFigures = new Map(); // what this user drew of its profile, once
const groupTime = new Trend('group_response_time', true);
const groupFailed = new Rate('group_failed');
const replyTime = new Trend('ws_reply_time', true);
const replyFailed = new Rate('ws_reply_failed');
let failures = 0;
let messages = 0;
let rows = new Map();
let profile = {};

class EndOfIteration extends Error {}

function run(journey) {
  if (SEED !== null && exec.vu.iterationInInstance === 0) randomSeed(SEED + exec.vu.idInTest);
  profile = journey.profile;
  rows = new Map();
  for (const [name, feeder] of DATA) rows.set(name, feeder.rows[placeOf(feeder, name)]);
  for (const [name, value] of journey.variables()) state.set(name, value);
  try {
    journey.steps();
  } catch (e) {
    if (!(e instanceof EndOfIteration)) throw e;
  }
}

function placeOf(feeder, name) {
  const user = exec.vu.idInTest - 1;
  if (feeder.mode === 'unique' && user >= feeder.rows.length) throw new Error(`the data ${name} has too few rows for a row of each user's own`);
  return feeder.mode === 'unique' ? user : feeder.mode === 'random' ? randomInt(0, feeder.rows.length - 1) : exec.scenario.iterationInTest % feeder.rows.length;
}

// Smooth weighted round robin: users get their journeys in exactly the shares.
function dealt(shares) {
  const whole = shares.reduce((sum, share) => sum + share, 0);
  const credit = shares.map(() => 0);
  const order = [];
  for (let turn = 0; turn < whole; turn++) {
    let richest = 0;
    for (let i = 0; i < shares.length; i++) {
      credit[i] += shares[i];
      if (credit[i] > credit[richest]) richest = i;
    }
    credit[richest] -= whole;
    order.push(richest);
  }
  return order;
}

function drawn(shares) {
  let left = Math.random() * shares.reduce((sum, share) => sum + share, 0);
  return Math.max(0, shares.findIndex((share) => (left -= share) < 0));
}

// ---- Values ----

const value = (name) => (state.has(name) ? state.get(name) : '');
const column = (feeder, name) => (name in rows.get(feeder) ? rows.get(feeder)[name] : '');
const env = (name) => {
  const found = __ENV[name] !== undefined ? __ENV[name] : VARIABLES.get(name);
  if (found === undefined) throw new Error(`${name} is needed: k6 run -e ${name}=...`);
  return found;
};
const listOf = (text) => text.split(',').map((part) => part.trim()).filter((part) => part !== '');
const encode = (text) => encodeURIComponent(String(text)).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());
const quoted = (text) => String(text).replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/"/g, '%22');
const randomInt = (min, max) => min + Math.floor(Math.random() * (max - min + 1));
const pick = (choices) => choices[randomInt(0, choices.length - 1)];
const uuid = () => 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (c) => (c === 'x' ? randomInt(0, 15) : randomInt(8, 11)).toString(16));
const normal = (mean, deviation) => mean + deviation * Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

function randomText(length) {
  let text = '';
  for (let i = 0; i < length; i++) text += String.fromCharCode(97 + randomInt(0, 25));
  return text;
}

// Seconds; a user's own are in ms.
function draw(d) {
  if (d.own) return d.own === 'message_rate' ? 3600 / own('messages_per_hour') : own(d.own) / 1000;
  return d.type === 'uniform' ? d.min + Math.random() * (d.max - d.min) : d.type === 'normal' ? Math.max(0, normal(d.mean, d.deviation)) : d.mean;
}

function own(name) {
  const d = profile[name];
  if (typeof d === 'number') return d;
  const key = `${profile.of} ${name}`;
  for (let tries = 0; !ownFigures.has(key) && tries < 1000; tries++) {
    const drawnNow = d.type === 'uniform' ? d.min + Math.random() * (d.max - d.min) : d.type === 'normal' ? normal(d.mean, d.deviation) : d.mean;
    if (drawnNow >= 0 && (name !== 'talk_share' || drawnNow <= 1)) ownFigures.set(key, drawnNow);
  }
  return ownFigures.has(key) ? ownFigures.get(key) : d.mean;
}

// ---- Made-up people and places ----

const FIRST = ['Ada', 'Ben', 'Carla', 'Deniz', 'Emma', 'Felix', 'Grace', 'Hugo', 'Ines', 'Jonas'];
const LAST = ['Albers', 'Brandt', 'Costa', 'Dietz', 'Evans', 'Fischer', 'Garcia', 'Hansen', 'Ito', 'Jansen'];
const WORDS = ['amber', 'bridge', 'candle', 'delta', 'ember', 'forest', 'garden', 'harbour', 'island', 'juniper'];
const fakeWords = (count) => Array.from({ length: count }, () => pick(WORDS)).join(' ');
const fake = {
  name: () => `${pick(FIRST)} ${pick(LAST)}`,
  first_name: () => pick(FIRST),
  last_name: () => pick(LAST),
  user_name: () => `${pick(FIRST).toLowerCase()}.${pick(LAST).toLowerCase()}${randomInt(1, 999)}`,
  email: () => `${pick(FIRST).toLowerCase()}.${pick(LAST).toLowerCase()}${randomInt(1, 999)}@example.com`,
  phone: () => `555-01${randomInt(10, 99)}`,
  street: () => `${randomInt(1, 999)} ${pick(LAST)} Street`,
  city: () => `${pick(LAST)}ville`,
  zip: () => String(randomInt(10000, 99999)),
  country: () => pick(['Austria', 'Belgium', 'Canada', 'Denmark', 'Estonia', 'Finland']),
  company: () => `${pick(LAST)} and ${pick(LAST)}`,
  job: () => pick(['Baker', 'Carpenter', 'Designer', 'Engineer', 'Florist', 'Gardener']),
  date: (from, to) => new Date(randomInt(Date.parse(from || '2020-01-01') / 86400000, Date.parse(to || '2029-12-31') / 86400000) * 86400000).toISOString().slice(0, 10),
  word: () => pick(WORDS),
  sentence: () => `We would like ${fakeWords(6)}.`,
  paragraph: () => `${fakeWords(12)}. ${fakeWords(12)}. ${fakeWords(12)}.`,
};

// ---- Steps ----

function step(critical, pause, act) {
  const before = failures;
  act();
  if (critical && failures > before) throw new EndOfIteration();
  const seconds = draw(pause);
  if (seconds > 0) sleep(seconds);
}

function transaction(name, op, act) {
  const [before, began] = [failures, Date.now()];
  try {
    group(name, act);
  } finally {
    groupTime.add(Date.now() - began, { op });
    groupFailed.add(failures > before, { op });
  }
}

const urlOf = (path) => (/^[a-z]+:\/\//i.test(path) ? path : BASE_URL + path);

function prepared(s) {
  const params = { headers: s.headers, timeout: s.timeout, redirects: s.redirects, tags: { name: s.name, op: s.op } };
  params.responseCallback = http.expectedStatuses(...(s.statuses || [{ min: 100, max: 399 }]));
  return { method: s.method, url: urlOf(s.url), body: s.body === undefined ? null : s.body, params };
}

function request(s) {
  const { method, url, body, params } = prepared(s);
  return judge(s, http.request(method, url, body, params));
}

function atOnce(all) {
  http.batch(all.map(prepared)).forEach((answer, i) => judge(all[i], answer));
}

function judge(s, answer) {
  const isRight = answer.status > 0 && (s.statuses ? s.statuses.includes(answer.status) : answer.status < 400);
  if (!isRight) failures++;
  for (const c of s.checks || []) check(answer, { [c.title]: (r) => holds(r, c) }, { op: s.op });
  for (const e of s.extract || []) {
    const found = extracted(answer, e);
    if (found === null) {
      state.delete(e.variable);
      check(null, { [`has ${e.variable}`]: () => false }, { op: s.op });
    } else state.set(e.variable, found);
  }
  return answer;
}

function holds(answer, c) {
  if (c.status) return c.status.includes(answer.status);
  if (c.maxTime !== undefined) return answer.timings.duration < c.maxTime;
  if (c.text !== undefined) return (answer.body || '').includes(c.text);
  if (c.regex !== undefined) return new RegExp(c.regex).test(answer.body || '');
  const found = c.json ? valueAt(answer.body, c.json) : header(answer, c.header);
  return found !== null && (c.equals === undefined || found === c.equals);
}

function extracted(answer, e) {
  if (e.json) return valueAt(answer.body, e.json);
  if (e.header !== undefined) return header(answer, e.header);
  if (e.cookie !== undefined) return answer.cookies && answer.cookies[e.cookie] && answer.cookies[e.cookie].length > 0 ? answer.cookies[e.cookie][0].value : null;
  const match = new RegExp(e.regex).exec(answer.body || '');
  return match === null ? null : match.length > 1 ? match[1] || '' : match[0];
}

function header(answer, name) {
  const key = Object.keys(answer.headers || {}).find((k) => k.toLowerCase() === name.toLowerCase());
  return key === undefined ? null : answer.headers[key];
}

// The text of the value at a path; null when there is none.
function valueAt(body, path) {
  let at;
  try {
    at = JSON.parse(body);
  } catch (e) {
    return null;
  }
  for (const part of path) {
    if (at === null || typeof at !== 'object' || Array.isArray(at) !== (typeof part === 'number')) return null;
    at = typeof part === 'number' ? at[part < 0 ? at.length + part : part] : Object.prototype.hasOwnProperty.call(at, part) ? at[part] : undefined;
    if (at === undefined) return null;
  }
  return at === null ? null : typeof at === 'string' ? at : JSON.stringify(at);
}

function multipart(parts) {
  const boundary = '--loadstone-boundary-4b1d7c93';
  const bodies = parts.map((p) => `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(p.name)}"`
    + (p.file === undefined ? `\r\n\r\n${p.value}` : `; filename="${quoted(p.file)}"\r\nContent-Type: ${p.type}\r\n\r\n${randomText(p.size)}`));
  return bodies.map((b) => `${b}\r\n`).join('') + `--${boundary}--\r\n`;
}

// A file in chunks: announced, sent, ended, and held against what was sent.
function upload(s) {
  const block = randomText(Math.min(s.size, 65536));
  const content = block.repeat(Math.ceil(s.size / Math.max(1, block.length))).slice(0, s.size);
  const sha256 = crypto.sha256(content, 'hex');
  const part = (name, op, method, path, body, more) => request({ name: `${s.name}: ${name}`, op, method, url: s.url + path, body, timeout: s.timeout, redirects: 10, headers: Object.assign({}, s.headers, more) });
  transaction(s.name, s.op, () => {
    const before = failures;
    const id = valueAt(part('begin', s.begin, 'POST', '', JSON.stringify({ name: s.file, size: s.size, sha256 }), { 'Content-Type': 'application/json' }).body, ['id']);
    for (let n = 0; n * s.chunk < s.size && failures === before && id !== null; n++) part('chunk', s.chunks, 'PUT', `/${encode(id)}/chunks/${n}`, content.slice(n * s.chunk, (n + 1) * s.chunk), {});
    if (id === null || failures > before) return void (failures = before + 1);
    const answer = part('complete', s.complete, 'POST', `/${encode(id)}/complete`, null, {}).body;
    const same = !s.verify || (valueAt(answer, ['received']) === String(s.size) && (valueAt(answer, ['sha256']) || '').toLowerCase() === sha256);
    if (!check(same, { 'is there as it was sent': (is) => is }, { op: s.complete })) failures++;
  });
}

namespace Loadstone.Plans.Tests;

/// <summary>Modules that stand in for k6's, so that node can run a script: answers are made up, time is not waited for, and all is noted.</summary>
internal static class K6StandIns
{
    public static readonly IReadOnlyDictionary<string, string> Modules = new Dictionary<string, string>
    {
        ["package.json"] = """
            { "name": "k6", "type": "module", "exports": { ".": "./index.js", "./http": "./http.js", "./ws": "./ws.js", "./crypto": "./crypto.js", "./execution": "./execution.js", "./data": "./data.js", "./metrics": "./metrics.js" } }
            """,
        ["seen.js"] = """
            export const seen = { requests: [], names: [], bodies: [], headers: [], checks: [], added: [], sleeps: [], problems: [] };
            """,
        ["index.js"] = """
            import { seen } from './seen.js';
            export const sleep = (seconds) => { if (!(seconds > 0)) seen.problems.push(`sleeps ${seconds}`); seen.sleeps.push(seconds); };
            export const randomSeed = () => {};
            export const group = (name, act) => act();
            export const check = (value, sets) => {
              let all = true;
              for (const [title, holds] of Object.entries(sets)) { const is = !!holds(value); seen.checks.push(`${title} ${is}`); all = all && is; }
              return all;
            };
            """,
        // Says yes to everything but what is to fail; what it is sent comes back with what journeys look for.
        ["http.js"] = """
            import { seen } from './seen.js';
            function request(method, url, body, params) {
              seen.requests.push(`${method} ${url}`);
              seen.names.push(params.tags.name);
              seen.headers.push(params.headers);
              if (body) seen.bodies.push(body);
              if (!/^op\d+$/.test(params.tags.op)) seen.problems.push(`the tag ${params.tags.op}`);
              if (!(params.timeout > 0)) seen.problems.push(`the timeout ${params.timeout}`);
              const sent = (() => { try { return JSON.parse(body) || {}; } catch { return {}; } })();
              const text = JSON.stringify({ id: 'i1', token: 'T 1', items: [{ id: 7, sku: 'S' }], slots: [{ id: 's' }], sha256: globalThis.lastHash || sent.sha256, received: globalThis.lastSize });
              if (sent.sha256) { globalThis.lastHash = sent.sha256; globalThis.lastSize = sent.size; }
              return { status: url.endsWith('/fails') ? 500 : params.responseCallback ? params.responseCallback[0] : 200, body: text, headers: { 'Content-Type': 'application/json' }, cookies: {}, timings: { duration: 1 } };
            }
            export default {
              request, batch: (all) => all.map((r) => request(r.method, r.url, r.body, r.params)),
              expectedStatuses: (...all) => (typeof all[0] === 'number' ? all : null),
            };
            """,
        // One message after the other, without waiting: what was sent is answered, and somebody else says something.
        ["ws.js"] = """
            import { seen } from './seen.js';
            function connect(url, params, run) {
              seen.requests.push(url);
              seen.names.push(params.tags.name);
              const [on, timers] = [{}, []];
              let [now, open] = [0, true];
              const at = (ms, act) => { if (!(ms > 0)) seen.problems.push(`a timer of ${ms} ms`); timers.push({ at: now + ms, act }); };
              const socket = {
                on: (name, act) => { on[name] = act; }, setTimeout: (act, ms) => at(ms, act), setInterval: () => {}, ping: () => {}, close: () => { open = false; },
                send: (text) => { seen.bodies.push(text); at(1, () => on.message(text)); at(2, () => on.message('{"from":"another"}')); },
              };
              run(socket);
              on.open();
              while (open && timers.length > 0) { timers.sort((a, b) => a.at - b.at); const next = timers.shift(); now = next.at; next.act(); }
              if (open) seen.problems.push('the connection is never closed');
              return { status: 101 };
            }
            export default { connect };
            """,
        ["crypto.js"] = """
            import { createHash } from 'node:crypto';
            export default { sha256: (text, encoding) => createHash('sha256').update(text).digest(encoding) };
            """,
        ["execution.js"] = "export default { vu: { idInTest: 1, iterationInInstance: 0 }, scenario: { iterationInTest: 0, startTime: Date.now() } };",
        ["data.js"] = "export class SharedArray { constructor(name, make) { return make(); } }",
        ["metrics.js"] = """
            import { seen } from './seen.js';
            class Metric { constructor(name) { this.name = name; } add(value, tags) { if (!/^op\d+$/.test(tags.op)) seen.problems.push(`the tag ${tags.op}`); seen.added.push(`${this.name} ${value}`); } }
            export { Metric as Rate, Metric as Trend };
            """,
    };

    /// <summary>Runs the script's function so many times, each as another user, and says what was seen.</summary>
    public const string Runner = """
        globalThis.__ENV = { token: 'secret', kind: 'k' };
        const { seen } = await import('./node_modules/k6/seen.js');
        const exec = (await import('k6/execution')).default;
        const { default: iterate, options } = await import('./script.mjs');
        for (let i = 0; i < Number(process.argv[2]); i++) {
          exec.vu.idInTest = i + 1;
          exec.scenario.iterationInTest = i;
          try { iterate(); } catch (e) { seen.problems.push(String(e.stack)); }
        }
        if (globalThis.broken || ({}).broken || ({}).a) seen.problems.push('a text was run');
        if (!options.scenarios.load.executor) seen.problems.push('there is no executor');
        console.log(JSON.stringify(seen));
        """;
}

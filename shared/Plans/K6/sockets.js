
// One connection from opening to close. Messages go out at their times, whether or not earlier ones were answered.
function socket(s) {
  const [before, waiting] = [failures, new Map()];
  let [received, opened, left, goesOn] = [0, Date.now(), s.messages ? s.messages.count : 0, null];
  const answer = ws.connect(urlOf(s.url).replace(/^http/i, 'ws'), { headers: s.headers, tags: { name: s.name, op: s.op } }, (connection) => {
    const after = (seconds, act) => connection.setTimeout(act, Math.max(1, seconds * 1000));
    const settled = (id, isRight) => {
      const { op, at } = waiting.get(id);
      waiting.delete(id);
      replyTime.add(Date.now() - at, { op });
      replyFailed.add(!isRight, { op });
      if (!isRight) failures++;
      if (waiting.size === 0 && goesOn) { const next = goesOn; goesOn = null; next(); }
    };
    const send = (part) => {
      const id = `${exec.vu.idInTest - 1}-${exec.vu.iterationInInstance + 1}-${++messages}`;
      state.set('message.id', id);
      if (s.messages && s.messages.size) state.set('message.text', randomText(randomInt(s.messages.size.min, s.messages.size.max)));
      if (part.reply) {
        waiting.set(id, { op: part.op, at: Date.now(), path: part.reply.id });
        after(part.reply.timeout, () => { if (waiting.has(id)) settled(id, false); });
      }
      connection.send(part.text());
    };
    const whenAnswered = (next) => { if (waiting.size === 0) next(); else goesOn = next; };
    const talk = () => {
      if (left-- > 0) { send(s.messages); after(draw(s.messages.interval), talk); } else after(draw(s.hold), () => whenAnswered(() => connection.close()));
    };
    connection.on('open', () => {
      opened = Date.now();
      if (s.ping) connection.setInterval(() => connection.ping(), s.ping);
      if (!s.join) return talk();
      send(s.join);
      whenAnswered(talk);
    });
    connection.on('message', (text) => {
      received++;
      for (const [id, reply] of waiting) {
        if (valueAt(text, reply.path) === id) return settled(id, true);
      }
      if (s.reactions && Math.random() < s.reactions.chance()) after(draw(s.reactions.delay), () => send(s.reactions));
    });
    connection.on('error', () => { failures++; });
  });
  if (!check(answer, { 'connection opened': (a) => a && a.status === 101 }, { op: s.op })) failures++;
  const wanted = s.expect === undefined ? 0 : Math.floor(s.expect * (Date.now() - opened) / 60000);
  if (s.expect !== undefined && !check(received, { 'enough messages came in': (count) => count >= wanted }, { op: s.op })) failures++;
  return failures === before;
}

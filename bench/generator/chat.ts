import { type Connection, signIn } from './connection.ts';
import { pause, report, spread, startWatch } from './control.ts';
import type { Job, Measured } from './job.ts';
import { createLatency } from './latency.ts';

const endOfMessage = '</message>';
const request = "<r xmlns='urn:xmpp:sm:3'/>";
/** An ordinary client asks for acknowledgements now and then, not after each stanza. */
const writesPerRequest = 4;
/** Messages of one pair that an open loop keeps the time of. */
const openLoopCapacity = 65_536;

/**
 * Counts how often `marker` ends in a stream of chunks, including one that is cut by a chunk border.
 * Returns a function from a chunk to the number of markers completed by it.
 */
export function countMarkers(marker: string): (chunk: string) => number {
  let tail = '';
  return (chunk) => {
    const text = tail === '' ? chunk : tail + chunk;
    let count = 0;
    let from = 0;
    for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, from)) {
      count++;
      from = at + marker.length;
    }
    // Only what could be the beginning of a marker is kept.
    const rest = text.length - from;
    const keep = Math.min(rest, marker.length - 1);
    tail = keep === 0 || !text.includes('<', text.length - keep) ? '' : text.slice(text.length - keep);
    return count;
  };
}

/**
 * Pairs that chat in a closed loop: each sender keeps `outstanding` messages under way and sends the next as soon as one arrives at its peer
 * (`delivered`), or as soon as the server takes responsibility for it (`acknowledged`, XEP-0198: with us that means committed).
 */
export async function measureChat(job: Extract<Job, { is: 'chat' }>): Promise<Measured> {
  const latency = createLatency();
  const body = 'x'.repeat(job.bodyBytes);
  let done = 0;
  let errors = 0;
  let stopping = false;
  const connections: Connection[] = [];
  const lastAnswers: (() => void)[] = [];
  const resource = `bench${process.pid}`;

  const startPair = async (pair: number): Promise<(count: number) => void> => {
    const sender = await signIn(job.target, pair * 2 + 1, resource, job.signIn);
    const receiver = await signIn(job.target, pair * 2 + 2, resource, job.signIn);
    connections.push(sender, receiver);
    const head = `<message to='${receiver.jid}' type='chat' id='m${pair}-`;
    const tail = `'><body>${body}</body></message>${job.until === 'acknowledged' ? request : ''}`;
    // Order between two full JIDs is kept (RFC 6120 §10.1), so the times of sending form a queue.
    const capacity = job.offered === null ? job.outstanding : openLoopCapacity;
    const sentAt = new Float64Array(capacity);
    let sent = 0;
    let writes = 0;
    let arrived = 0;
    const send = (count: number) => {
      if (stopping) return;
      let text = '';
      const now = performance.now();
      for (let index = 0; index < count; index++) {
        sentAt[sent % capacity] = now;
        text += `${head}${sent++}${tail}`;
      }
      const asks = job.until === 'delivered' && job.signIn.streamManagement && ++writes % writesPerRequest === 0;
      sender.write(asks ? text + request : text);
    };
    const complete = (arrivals: number) => {
      const now = performance.now();
      // More than were sent: something left over from elsewhere. It must not let the loop run with more under way than it says.
      const count = Math.min(arrivals, sent - arrived);
      errors += arrivals - count;
      for (let index = 0; index < count; index++) latency.add(now - sentAt[arrived++ % capacity]!);
      done += count;
      if (job.offered === null) send(count);
    };
    const countAtReceiver = countMarkers(endOfMessage);
    const countAtSender = countMarkers(endOfMessage);
    const requestsAtReceiver = countMarkers('<r xmlns');
    const otherStanzas = [countMarkers('<iq '), countMarkers('<presence ')];
    let received = receiver.received;
    const answer = () => receiver.write(`<a xmlns='urn:xmpp:sm:3' h='${received}'/>`);
    if (job.signIn.streamManagement) lastAnswers.push(answer);
    receiver.onText = (text) => {
      const count = countAtReceiver(text);
      if (job.signIn.streamManagement) received += count + otherStanzas.reduce((sum, countOther) => sum + countOther(text), 0);
      if (job.signIn.streamManagement && requestsAtReceiver(text) > 0) answer();
      if (count > 0 && job.until === 'delivered') complete(count);
    };
    // What the server counted of the sender before the chat: the question for the roster and its presence.
    const base = job.signIn.presence ? 2 : 0;
    const requestsAtSender = countMarkers('<r xmlns');
    const answersAtSender = acknowledgements();
    sender.onText = (text) => {
      errors += countAtSender(text);
      if (!job.signIn.streamManagement) return;
      if (requestsAtSender(text) > 0) sender.write(`<a xmlns='urn:xmpp:sm:3' h='${sender.received}'/>`);
      const newest = answersAtSender(text);
      if (job.until !== 'acknowledged' || newest < 0) return;
      const count = newest - base - arrived;
      if (count > 0) complete(count);
    };
    sender.onClosed = receiver.onClosed = () => {
      if (!stopping) errors++;
    };
    return (count) => {
      // An open loop that runs away from the server is a failure of the server at that rate, not of the bookkeeping.
      if (sent + count - arrived > capacity) errors += count;
      else send(count);
    };
  };

  const starters: ((count: number) => void)[] = [];
  await spread(job.pairs, 8, async (pair) => {
    starters.push(await startPair(pair));
  });
  const stopOffering = job.offered === null ? keepUnderWay(starters, job.outstanding) : offer(starters, job.offered);
  await pause(job.warmSeconds);
  latency.reset();
  const before = done;
  const watch = await startWatch();
  if (job.seconds === null) await report({ is: 'holding', sessions: connections.length });
  else await pause(job.seconds);
  const measured = await watch.stop(done - before, latency, errors);
  stopping = true;
  stopOffering();
  // What is under way arrives and is acknowledged first, and streams are closed in order: nothing is left to be sent again, stored or bounced into
  // the next scenario.
  await pause(1);
  for (const answer of lastAnswers) answer();
  await spread(connections.length, 32, (index) => connections[index]!.close());
  return { ...measured, errors };
}

function keepUnderWay(starters: readonly ((count: number) => void)[], outstanding: number): () => void {
  for (const start of starters) start(outstanding);
  return () => {};
}

/** Sends at an even rate, one pair after another; what a late timer missed is made up for at once. */
function offer(starters: readonly ((count: number) => void)[], rate: number): () => void {
  const began = performance.now();
  let done = 0;
  const timer = setInterval(() => {
    for (const due = ((performance.now() - began) / 1000) * rate; done < due; done++) starters[done % starters.length]!(1);
  }, 1);
  return () => clearInterval(timer);
}

/** Finds the newest `h` of `<a h=…/>` in a stream of chunks; -1 when a chunk completes none. */
export function acknowledgements(): (chunk: string) => number {
  let tail = '';
  return (chunk) => {
    const text = tail + chunk;
    const at = text.lastIndexOf('<a ');
    if (at < 0) {
      tail = text.endsWith('<') || text.endsWith('<a') ? text.slice(text.lastIndexOf('<')) : '';
      return -1;
    }
    const end = text.indexOf('>', at);
    if (end < 0) {
      tail = text.slice(at);
      return previous(text, at);
    }
    tail = '';
    return read(text.slice(at, end));
  };
  function read(element: string): number {
    const found = /h=['"](\d+)['"]/.exec(element);
    return found ? Number(found[1]) : -1;
  }
  function previous(text: string, before: number): number {
    const at = text.lastIndexOf('<a ', before - 1);
    return at < 0 || before === 0 ? -1 : read(text.slice(at, text.indexOf('>', at)));
  }
}

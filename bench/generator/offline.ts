import { acknowledgements, countMarkers } from './chat.ts';
import { type Connection, signIn } from './connection.ts';
import { spread, startWatch } from './control.ts';
import type { Job, Measured } from './job.ts';
import { createLatency } from './latency.ts';

type OfflineJob = Extract<Job, { is: 'offline' }>;

/** Stanzas of one sender that may be unacknowledged. */
const underWay = 50;

export const measureOffline = (job: OfflineJob): Promise<Measured> => (job.part === 'stored' ? store(job) : deliver(job));

/** Accounts 1 … senders write; the recipients are the accounts after them. */
async function store(job: OfflineJob): Promise<Measured> {
  const total = job.recipients * job.perRecipient;
  const body = 'x'.repeat(100);
  const options = { ...job.signIn, streamManagement: true, presence: false };
  const senders = await Promise.all(Array.from({ length: job.senders }, (_, index) => signIn(job.target, index + 1, 'bench', options)));
  let next = 0;
  let stored = 0;
  let errors = 0;
  const watch = await startWatch();
  await Promise.all(senders.map((sender) => sendShare(sender)));
  const measured = await watch.stop(stored, null, errors);
  await Promise.all(senders.map((sender) => sender.close()));
  return { ...measured, errors };

  function sendShare(sender: Connection): Promise<void> {
    return new Promise((resolve, reject) => {
      let sent = 0;
      let acknowledged = 0;
      const refused = countMarkers('</message>');
      const newest = acknowledgements();
      const send = () => {
        let text = '';
        for (; sent - acknowledged < underWay && next < total; sent++, next++) {
          const recipient = job.senders + 1 + (next % job.recipients);
          text += `<message to='u${recipient}@${job.target.domain}' type='chat' id='o${next}'><body>${body}</body></message>`;
        }
        if (text !== '') sender.write(`${text}<r xmlns='urn:xmpp:sm:3'/>`);
        else if (sent === acknowledged) resolve();
      };
      sender.onClosed = () => reject(new Error('a sender lost its connection'));
      sender.onText = (text) => {
        errors += refused(text);
        const handled = newest(text);
        if (handled <= acknowledged) return;
        stored += handled - acknowledged;
        acknowledged = handled;
        send();
      };
      send();
    });
  }
}

/** Everybody signs in; the last message to come ends the measurement. */
async function deliver(job: OfflineJob): Promise<Measured> {
  const total = job.recipients * job.perRecipient;
  const latency = createLatency();
  const connections: Connection[] = [];
  let delivered = 0;
  let reached: () => void = () => {};
  const complete = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${delivered} of ${total} messages were delivered within two minutes`)), 120_000);
    reached = () => {
      if (delivered < total) return;
      clearTimeout(timer);
      resolve();
    };
  });
  const watch = await startWatch();
  await spread(job.recipients, 16, async (index) => {
    const began = performance.now();
    const connection = await signIn(job.target, job.senders + 1 + index, 'bench', { ...job.signIn, presence: false });
    connections.push(connection);
    const count = countMarkers('</message>');
    let missing = job.perRecipient;
    connection.onText = (text) => {
      const found = count(text);
      delivered += found;
      missing -= found;
      if (found > 0 && missing === 0) latency.add(performance.now() - began);
      reached();
    };
    connection.write('<presence/>');
  });
  await complete;
  const measured = await watch.stop(delivered, latency, 0);
  await Promise.all(connections.map((connection) => connection.close()));
  return measured;
}

/** The client's side of SASL2 for tests, worked out from the specifications alone: nothing of the server's is used. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Element } from '../xmpp/stanza/element.ts';
import type { WireClient } from './wire-client.ts';

export const SASL2 = 'urn:xmpp:sasl:2';
export const base64 = (data: string | Buffer): string => Buffer.from(data).toString('base64');
export const AGENT_ID = 'd4565fa7-4d72-4749-b3d3-740edbf87770';
export const agentXml = (id = AGENT_ID): string =>
  `<user-agent id='${id}'><software>Gajim</software><device>Anna's laptop</device></user-agent>`;

export const authenticate = (mechanism: string, initial: string | Buffer | null, inline = ''): string =>
  `<authenticate xmlns='${SASL2}' mechanism='${mechanism}'>${initial === null ? '' : `<initial-response>${base64(initial)}</initial-response>`}${inline}</authenticate>`;

/** An element of SASL2 that ends or goes on with an exchange. */
const isAnswer = (el: Element): boolean => el.ns === SASL2;
export const answer = (client: WireClient): Promise<Element> => client.expect(isAnswer);

export async function plain2(client: WireClient, user: string, password: string, inline = ''): Promise<Element> {
  client.send(authenticate('PLAIN', `\0${user}\0${password}`, inline));
  return answer(client);
}

export interface Scram2 {
  readonly end: Element;
  /** The first message of the server. */
  readonly first: string;
}

/** SCRAM to its end; checks the server's proof, in `<success/>` or `<continue/>`. */
export async function scram2(client: WireClient, user: string, password: string, mechanism: string, inline = ''): Promise<Scram2> {
  const hash = mechanism.includes('256') ? 'sha256' : 'sha1';
  const isBound = mechanism.endsWith('-PLUS');
  const header = isBound ? 'p=tls-exporter,,' : 'n,,';
  const bare = `n=${user},r=${randomBytes(12).toString('base64')}`;
  client.send(authenticate(mechanism, header + bare, inline));
  const challenge = await answer(client);
  if (challenge.name !== 'challenge') return { end: challenge, first: '' };
  const first = Buffer.from(challenge.text(), 'base64').toString();
  const part = (name: string): string =>
    first
      .split(',')
      .find((each) => each.startsWith(`${name}=`))
      ?.slice(2) ?? '';
  const salted = pbkdf2Sync(password, Buffer.from(part('s'), 'base64'), Number(part('i')), hash === 'sha1' ? 20 : 32, hash);
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  const clientKey = hmac(salted, 'Client Key');
  const bindingData = isBound ? client.exporter() : Buffer.alloc(0);
  const final = `c=${base64(Buffer.concat([Buffer.from(header), bindingData]))},r=${part('r')}`;
  const message = `${bare},${first},${final}`;
  const signature = hmac(createHash(hash).update(clientKey).digest(), message);
  const proof = Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] ?? 0)));
  client.send(`<response xmlns='${SASL2}'>${base64(`${final},p=${base64(proof)}`)}</response>`);
  const end = await answer(client);
  const proven = end.child('additional-data')?.text();
  if (end.name !== 'failure' && proven !== base64(`v=${base64(hmac(hmac(salted, 'Server Key'), message))}`))
    throw new Error('the server did not prove that it knows the password');
  return { end, first };
}

/** What XEP-0474 makes of announced lists. */
export function ssdp(features: Element, hash: string): string {
  const mechanisms = (features.child('authentication', SASL2)?.elements() ?? []).filter((el) => el.name === 'mechanism');
  const names = (list: readonly string[]): string => [...list].sort().join('\x1e');
  const bindings = features.childNs('urn:xmpp:sasl-cb:0')?.elements() ?? [];
  const text = `${names(mechanisms.map((el) => el.text()))}\x1f${names(bindings.map((el) => el.attrs.type ?? ''))}`;
  return createHash(hash).update(text).digest('base64');
}

/** HT: initial message, and the answer that proves the server. */
export const tokenMessage = (user: string, token: string, binding: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([
    Buffer.from(`${user}\0`),
    createHmac('sha256', token)
      .update(Buffer.concat([Buffer.from('Initiator'), binding]))
      .digest(),
  ]);
export const tokenAnswer = (token: string, binding: Buffer = Buffer.alloc(0)): string =>
  createHmac('sha256', token)
    .update(Buffer.concat([Buffer.from('Responder'), binding]))
    .digest('base64');

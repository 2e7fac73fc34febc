import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Element } from '../xmpp/stanza/element.ts';
import { NS } from '../xmpp/stanza/namespaces.ts';

/** Signs in by SCRAM-SHA-256, bound to `binding` when there is one, over any transport: `ask` sends an element and gives its answer. */
export async function scramSha256(
  ask: (xml: string) => Promise<Element>,
  user: string,
  password: string,
  binding: { readonly type: string; readonly data: Buffer } | null,
): Promise<Element> {
  const gs2 = binding === null ? 'n,,' : `p=${binding.type},,`;
  const bare = `n=${user},r=${randomBytes(12).toString('base64')}`;
  const mechanism = binding === null ? 'SCRAM-SHA-256' : 'SCRAM-SHA-256-PLUS';
  const challenge = await ask(`<auth xmlns='${NS.sasl}' mechanism='${mechanism}'>${Buffer.from(gs2 + bare).toString('base64')}</auth>`);
  if (challenge.name !== 'challenge') return challenge;
  const first = Buffer.from(challenge.text(), 'base64').toString();
  const [, nonce = '', salt = '', iterations = ''] = /^r=([^,]+),s=([^,]+),i=(\d+)/.exec(first) ?? [];
  const clientKey = createHmac('sha256', pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256'))
    .update('Client Key')
    .digest();
  const header = Buffer.concat([Buffer.from(gs2), binding?.data ?? Buffer.alloc(0)]).toString('base64');
  const signature = createHmac('sha256', createHash('sha256').update(clientKey).digest())
    .update(`${bare},${first},c=${header},r=${nonce}`)
    .digest();
  const proof = Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] ?? 0))).toString('base64');
  return ask(`<response xmlns='${NS.sasl}'>${Buffer.from(`c=${header},r=${nonce},p=${proof}`).toString('base64')}</response>`);
}

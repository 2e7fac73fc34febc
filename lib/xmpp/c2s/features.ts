import type { XmppValues } from '../../config/schema/index.ts';
import type { ChannelBinding } from '../sasl/channel-binding.ts';
import { NS } from '../stanza/namespaces.ts';

const REGISTER = "<register xmlns='http://jabber.org/features/iq-register'/>";

/** XEP-0478: what holds in this phase of the stream. */
const limits = (maxBytes: number, idleSeconds: number): string =>
  `<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>${maxBytes}</max-bytes>${idleSeconds > 0 ? `<idle-seconds>${idleSeconds}</idle-seconds>` : ''}</limits>`;

const features = (content: string): string => `<stream:features>${content}</stream:features>`;

/** Before sign-in. `mechanisms` is empty where signing in is not allowed yet; `starttls` null where TLS cannot be started (any more). */
export function featuresBeforeSignIn(
  settings: XmppValues,
  stream: {
    readonly starttls: 'required' | 'optional' | null;
    readonly mechanisms: readonly string[];
    readonly binding: ChannelBinding | null;
  },
): string {
  let xml = '';
  if (stream.starttls !== null) xml += `<starttls xmlns='${NS.tls}'>${stream.starttls === 'required' ? '<required/>' : ''}</starttls>`;
  if (stream.mechanisms.length > 0) {
    xml += `<mechanisms xmlns='${NS.sasl}'>${stream.mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`;
    const types = stream.binding?.types ?? [];
    // XEP-0440 §2: only next to mechanisms that bind.
    if (types.length > 0)
      xml += `<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>${types.map((t) => `<channel-binding type='${t}'/>`).join('')}</sasl-channel-binding>`;
    if (settings.inBandRegistration) xml += REGISTER;
  }
  return features(xml + limits(settings.maxPreAuthBytes, settings.authTimeout));
}

/** After sign-in. `extra` are features of rooms and the entity capabilities, as text. */
export function featuresAfterSignIn(settings: XmppValues, extra: string): string {
  return features(
    `<bind xmlns='${NS.bind}'/>` +
      `<session xmlns='${NS.session}'><optional/></session>` +
      `<sm xmlns='${NS.streamManagement}'/>` +
      `<csi xmlns='${NS.clientState}'/>` +
      "<ver xmlns='urn:xmpp:features:rosterver'/>" +
      "<sub xmlns='urn:xmpp:features:pre-approval'/>" +
      limits(settings.maxStanzaBytes, settings.idleClose) +
      extra,
  );
}

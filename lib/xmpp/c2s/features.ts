import type { XmppValues } from '../../config/schema/index.ts';
import type { ChannelBinding } from '../sasl/channel-binding.ts';
import { NS } from '../stanza/namespaces.ts';
import { BIND2_FEATURE, type Bound2 } from './bind2.ts';
import { FAST, UPGRADE } from './sasl2-request.ts';

const REGISTER = "<register xmlns='http://jabber.org/features/iq-register'/>";

/** XEP-0478: what holds in this phase of the stream. */
const limits = (maxBytes: number, idleSeconds: number): string =>
  `<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>${maxBytes}</max-bytes>${idleSeconds > 0 ? `<idle-seconds>${idleSeconds}</idle-seconds>` : ''}</limits>`;

const features = (content: string): string => `<stream:features>${content}</stream:features>`;

const named = (mechanisms: readonly string[]): string => mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('');

/** XEP-0388 §2.1 with what can be asked for inline. TLS of Node takes no early data, so `tls-0rtt` is not among it. */
function authentication(mechanisms: string, tokenMechanisms: readonly string[], upgrades: readonly string[]): string {
  const fast = tokenMechanisms.length === 0 ? '' : `<fast xmlns='${FAST}'>${named(tokenMechanisms)}</fast>`;
  const upgrade = upgrades.map((task) => `<upgrade xmlns='${UPGRADE}'>${task}</upgrade>`).join('');
  return `<authentication xmlns='${NS.sasl2}'>${mechanisms}<inline>${BIND2_FEATURE}<sm xmlns='${NS.streamManagement}'/>${fast}</inline>${upgrade}</authentication>`;
}

/** Before sign-in. `mechanisms` is empty where signing in is not allowed yet; `starttls` null where TLS cannot be started (any more). */
export function featuresBeforeSignIn(
  settings: XmppValues,
  stream: {
    readonly starttls: 'required' | 'optional' | null;
    readonly mechanisms: readonly string[];
    readonly binding: ChannelBinding | null;
    readonly isSecure: boolean;
    readonly tokenMechanisms: readonly string[];
    /** Tasks of XEP-0480 that there is use for. */
    readonly upgrades: readonly string[];
  },
): string {
  let xml = '';
  if (stream.starttls !== null) xml += `<starttls xmlns='${NS.tls}'>${stream.starttls === 'required' ? '<required/>' : ''}</starttls>`;
  if (stream.mechanisms.length > 0) {
    const mechanisms = named(stream.mechanisms);
    xml += `<mechanisms xmlns='${NS.sasl}'>${mechanisms}</mechanisms>`;
    // XEP-0388 §5: after TLS only.
    if (stream.isSecure) xml += authentication(mechanisms, stream.tokenMechanisms, stream.upgrades);
    const types = stream.binding?.types ?? [];
    // XEP-0440 §2: only next to mechanisms that bind.
    if (types.length > 0)
      xml += `<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>${types.map((t) => `<channel-binding type='${t}'/>`).join('')}</sasl-channel-binding>`;
    if (settings.inBandRegistration) xml += REGISTER;
  }
  return features(xml + limits(settings.maxPreAuthBytes, settings.authTimeout));
}

/** After sign-in. `extra` are features of rooms and the entity capabilities, as text. What is done inline is not offered again. */
export function featuresAfterSignIn(settings: XmppValues, extra: string, bound: Pick<Bound2, 'isManaged'> | null): string {
  return features(
    (bound !== null ? '' : `<bind xmlns='${NS.bind}'/><session xmlns='${NS.session}'><optional/></session>`) +
      (bound?.isManaged ? '' : `<sm xmlns='${NS.streamManagement}'/>`) +
      `<csi xmlns='${NS.clientState}'/>` +
      "<ver xmlns='urn:xmpp:features:rosterver'/>" +
      "<sub xmlns='urn:xmpp:features:pre-approval'/>" +
      limits(settings.maxStanzaBytes, settings.idleClose) +
      extra,
  );
}

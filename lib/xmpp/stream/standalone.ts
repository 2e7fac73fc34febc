import { NS } from '../stanza/namespaces.ts';

const CLIENT = ` xmlns='${NS.client}'`;
const STREAM = ` xmlns:stream='${NS.streams}'`;

/**
 * An element as streams over TCP carry it, made to stand on its own: its namespace is declared on itself, since no stream element surrounds it
 * (RFC 7395 §3.3.3, XEP-0206 §6). Everything but stanzas and `stream:` elements declares its own already. Looks at the first letters only.
 */
export function standalone(xml: string): string {
  switch (xml.charCodeAt(1)) {
    case 0x6d /* m */:
      return xml.startsWith('message', 1) ? `<message${CLIENT}${xml.slice(8)}` : xml;
    case 0x70 /* p */:
      return xml.startsWith('presence', 1) ? `<presence${CLIENT}${xml.slice(9)}` : xml;
    case 0x69 /* i */:
      return xml.startsWith('iq', 1) ? `<iq${CLIENT}${xml.slice(3)}` : xml;
    case 0x73 /* s */:
      if (xml.startsWith('stream:features', 1)) return `<stream:features${STREAM}${xml.slice(16)}`;
      return xml.startsWith('stream:error', 1) ? `<stream:error${STREAM}${xml.slice(13)}` : xml;
    default:
      return xml;
  }
}

/** Contact addresses of the service (XEP-0157), as a form in its disco#info. */
import type { ServerValues } from '../../config/schema/index.ts';
import type { Live } from '../../kernel/live.ts';
import type { Protocol, Room } from '../router/hooks.ts';
import type { Element } from '../stanza/element.ts';
import { formElement } from './xep-0004-forms.ts';

export const protocol: Protocol = {
  number: 'XEP-0157',
  title: 'Contact Addresses for XMPP Services',
  version: '1.1.1',
  status: 'complete',
};

const fields = {
  'abuse-addresses': 'contactAbuse',
  'admin-addresses': 'contactAdmin',
  'feedback-addresses': 'contactFeedback',
  'sales-addresses': 'contactSales',
  'security-addresses': 'contactSecurity',
  'status-addresses': 'contactStatus',
  'support-addresses': 'contactSupport',
} as const;

/** The forms for disco#info: none while no address is set. */
export const contactForms = (settings: Live<ServerValues>): readonly Element[] => {
  const values = settings.get();
  const shown = Object.entries(fields).flatMap(([name, setting]) =>
    values[setting].length === 0 ? [] : [{ name, type: 'list-multi' as const, values: values[setting] }],
  );
  return shown.length === 0 ? [] : [formElement('result', 'http://jabber.org/network/serverinfo', shown)];
};

export const contactRoom: Room = { name: 'contact-addresses', protocols: [protocol] };

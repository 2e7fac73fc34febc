/** HTTP File Upload (XEP-0363): slots for uploads, at a service address of each IM domain. */
import type { FilesValues } from '../config/schema/index.ts';
import type { Live } from '../kernel/live.ts';
import type { IqAnswer, Protocol } from '../xmpp/router/hooks.ts';
import type { Host } from '../xmpp/router/hosts.ts';
import type { Router } from '../xmpp/router/router.ts';
import type { ServiceAsk } from '../xmpp/router/service-desk.ts';
import type { ServiceNames } from '../xmpp/router/service-names.ts';
import { type Element, el } from '../xmpp/stanza/element.ts';
import type { StanzaFault } from '../xmpp/stanza/stanza.ts';
import { formElement } from '../xmpp/xeps/xep-0004-forms.ts';
import { UPLOAD_PATH } from './addresses.ts';
import { encodedName } from './names.ts';
import { type FilePurpose, filePurposes } from './ports.ts';
import { createServiceHost, isLocal, localOnly } from './service-host.ts';
import type { SlotAnswer, Slots } from './slots.ts';
import { mediaType } from './types.ts';

export const uploadProtocol: Protocol = { number: 'XEP-0363', title: 'HTTP File Upload', version: '1.2.0', status: 'complete' };

const UPLOAD = 'urn:xmpp:http:upload:0';
const PURPOSE = 'urn:xmpp:http:upload:purpose:0';

const bad = (text: string): StanzaFault => ({ condition: 'bad-request', text });

interface Asked {
  readonly name: string;
  readonly size: number;
  readonly type: string;
  readonly purpose: FilePurpose;
}

function read(payload: Element): Asked | StanzaFault {
  const { filename, size, 'content-type': given } = payload.attrs;
  if (filename === undefined || filename.trim() === '') return bad('An upload needs a file name.');
  if (size === undefined || !/^[1-9]\d{0,14}$/.test(size)) return bad('An upload needs its size in bytes, one or more.');
  const type = given === undefined || given === '' ? '' : mediaType(given);
  if (type === null) return bad('The content-type is no media type.');
  const purposes = payload.elements().filter((child) => child.ns === PURPOSE);
  if (purposes.length > 1) return bad('An upload has one purpose.');
  const purpose = filePurposes.find((one) => one === (purposes[0]?.name ?? 'message'));
  if (purpose === undefined) return { condition: 'feature-not-implemented', text: 'This purpose is not known here.' };
  return { name: filename, size: Number(size), type, purpose };
}

const retry = (at: number): Element => el('retry', UPLOAD, { stamp: `${new Date(at).toISOString().slice(0, 19)}Z` });

export function createUploadHost(deps: {
  readonly router: () => Router;
  readonly names: ServiceNames;
  readonly slots: Slots;
  readonly settings: Live<FilesValues>;
  /** Scheme, host and port for people who ask at this service address. */
  readonly baseUrl: (serviceDomain: string) => string;
  readonly isRunning: () => boolean;
}): Host {
  function answerOf(answer: SlotAnswer, serviceDomain: string): IqAnswer {
    switch (answer.is) {
      case 'slot': {
        const url = `${deps.baseUrl(serviceDomain)}${UPLOAD_PATH}${answer.path}/${encodedName(answer.slot.name)}`;
        return { result: el('slot', UPLOAD, {}, el('put', UPLOAD, { url: `${url}?key=${answer.putKey}` }), el('get', UPLOAD, { url })) };
      }
      case 'too-large':
        return {
          fault: {
            condition: 'not-acceptable',
            text: `Files may have at most ${answer.maxSize} bytes.`,
            detail: el('file-too-large', UPLOAD, {}, el('max-file-size', UPLOAD, {}, String(answer.maxSize))),
          },
        };
      case 'not-acceptable':
        return { fault: { condition: 'not-acceptable', text: answer.why } };
      case 'too-fast':
        return { fault: { condition: 'policy-violation', type: 'wait', text: answer.why, detail: retry(answer.retryAt) } };
      case 'full':
        return {
          fault: {
            condition: 'resource-constraint',
            type: 'wait',
            text: answer.why,
            ...(answer.retryAt === null ? {} : { detail: retry(answer.retryAt) }),
          },
        };
      case 'off':
        return { fault: { condition: 'service-unavailable', text: 'Uploads are turned off.' } };
    }
  }

  function request(ask: ServiceAsk): IqAnswer | Promise<IqAnswer> {
    const { sender, iq } = ask;
    if (!isLocal(ask) || sender === null) return { fault: localOnly };
    if (!deps.isRunning()) return answerOf({ is: 'off' }, '');
    const asked = read(ask.payload);
    if ('condition' in asked) return { fault: asked };
    const serviceDomain = iq.to?.domain ?? '';
    return deps.slots
      .request({ accountId: sender.user.accountId, owner: sender.user.bare, ...asked })
      .then((answer) => answerOf(answer, serviceDomain));
  }

  const isOn = () => deps.settings.get().upload && deps.isRunning();
  return createServiceHost({
    router: deps.router,
    name: 'upload',
    title: 'File upload',
    names: deps.names,
    identity: { category: 'store', type: 'file', name: 'File upload' },
    isOn,
    features: () => (isOn() ? [UPLOAD, ...filePurposes.map((purpose) => `${PURPOSE}#${purpose}`)] : []),
    forms: () =>
      isOn() ? [formElement('result', UPLOAD, [{ name: 'max-file-size', values: [String(deps.settings.get().maxSize)] }])] : [],
    handlers: [{ ns: UPLOAD, name: 'request', types: ['get'], handle: request }],
  });
}

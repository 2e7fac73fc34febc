import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { countOf } from '@/lib/ui/format.ts';
import type { Status } from '@/lib/ui/primitives/status.tsx';

export type CertificateView = Value<AdminApi['certificates']['list']>['items'][number];
export type Use = CertificateView['use'];

/** From this many days left on a renewal is due. */
const SOON_DAYS = 30;

export function healthOf({ daysLeft, selfSigned, missingNames }: CertificateView): { status: Status; word: string } {
  if (daysLeft < 0) return { status: 'down', word: 'Expired' };
  if (daysLeft <= SOON_DAYS) return { status: 'degraded', word: daysLeft === 0 ? 'Ends today' : `Ends in ${countOf(daysLeft, 'day')}` };
  if (missingNames.length > 0) return { status: 'degraded', word: `Lacks ${countOf(missingNames.length, 'name')}` };
  if (selfSigned) return { status: 'degraded', word: 'Self-signed' };
  return { status: 'running', word: 'Valid' };
}

/** "CN=example.com, O=Example" → the common name alone, for titles. */
export const commonNameOf = (subject: string): string => /(?:^|[\n,/]\s*)CN\s*=\s*([^,\n/]+)/.exec(subject)?.[1]?.trim() ?? subject;
/** Names come with line breaks between their parts. */
export const oneLine = (name: string): string => name.split(/\n+/).join(', ');

const keyWords: Readonly<Record<string, string>> = { 'ec-p256': 'EC P-256', 'rsa-3072': 'RSA 3072' };
export const sayKey = (keyType: string): string => keyWords[keyType] ?? keyType;

/** Who is shown this certificate. */
export const audienceOf: Readonly<Record<Use, string>> = { xmpp: 'chat clients', console: 'browsers and programs' };

import type { Certificates } from './certificates.ts';
import type { SignInGuardControl } from './sign-in-guard.ts';

/** What this room finds wrong, for the list of alarms: attacks on accounts, and certificates that miss a name. Their expiry is told apart. */
export function securityAlarms(deps: {
  readonly guard: Pick<SignInGuardControl, 'locks'>;
  readonly certificates: Pick<Certificates, 'missingNames'>;
}): {
  id: string;
  severity: 'critical' | 'warning';
  what: string;
  action: string;
  link: string;
}[] {
  const attacked = deps.guard.locks().filter((lock) => lock.what === 'account');
  const alarms = deps.certificates.missingNames().map(({ use, title, names, selfSigned }) => ({
    id: `certificate-names:${use}`,
    severity: 'warning' as const,
    what: `The certificate for ${title} does not name ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}. Clients that connect there warn or refuse.`,
    action: selfSigned
      ? 'Make a new self-signed certificate; it names all domains.'
      : 'Request a certificate that names all domains, and upload it.',
    link: '/security/certificates',
  }));
  if (attacked.length === 0) return alarms;
  const [first] = attacked;
  const who = attacked.length === 1 ? `The account ${first?.name ?? ''} is` : `${attacked.length} accounts are`;
  return [
    ...alarms,
    {
      id: 'accounts-attacked',
      severity: 'warning',
      what: `${who} under attack: many failed sign-ins from many addresses. Addresses with a good sign-in in the last 30 days are let in, others wait.`,
      action: 'Look at the locks for the addresses; warn the owners if a password may be known.',
      link: '/security/locks',
    },
  ];
}

import { defineSection } from '../setting.ts';

export const serverSettings = defineSection({
  id: 'server',
  title: 'Server',
  purpose: 'Listeners and operation of this node. A changed port rebinds at once; open sessions stay.',
  page: '/settings/server',
  settings: {
    xmppPort: { kind: 'port', label: 'XMPP port (STARTTLS)', help: '0 uses the port given by the environment (5222 unless set).', default: 0, min: 0, max: 65_535, unit: 'port', zero: 'from the environment', scope: 'node', applies: 'now' },
    xmppsPort: { kind: 'port', label: 'XMPP port (direct TLS)', help: '0 uses the port given by the environment (5223 unless set).', default: 0, min: 0, max: 65_535, unit: 'port', zero: 'from the environment', scope: 'node', applies: 'now' },
    tlsMinimum: { kind: 'choice', label: 'Oldest TLS version', help: 'Clients that know only older ones cannot connect.', default: 'TLSv1.2', options: [ { value: 'TLSv1.2', label: 'TLS 1.2' }, { value: 'TLSv1.3', label: 'TLS 1.3' } ], applies: 'new-sessions' },
    logLevel: { kind: 'choice', label: 'Log level', help: 'Message contents are never logged.', default: 'info', options: [ { value: 'debug', label: 'Debug' }, { value: 'info', label: 'Info' }, { value: 'warn', label: 'Warning' }, { value: 'error', label: 'Error' } ], applies: 'now' },
    loopDelayAlarm: { kind: 'duration', label: 'Alarm when the event loop is late by', help: 'Median of one second over this for ten seconds.', default: 200, min: 10, max: 10_000, unit: 'ms', applies: 'now' },
    memoryLimit: { kind: 'size', label: 'Memory limit of the process', help: 'At 80 % new connections are refused, existing sessions stay.', default: 0, min: 0, max: 1_099_511_627_776, unit: 'bytes', zero: 'three quarters of the machine', scope: 'node', applies: 'now' },
    stopGrace: { kind: 'duration', label: 'Time for an orderly stop', help: 'Then the process ends whatever is left.', default: 10, min: 1, max: 120, unit: 's', applies: 'now' },
    contactAdmin: { kind: 'list', label: 'Contact addresses', help: 'Shown to clients and other servers (XEP-0157): mailto: or xmpp: addresses.', default: [], maxItems: 10, applies: 'now' },
  },
});

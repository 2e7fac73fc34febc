import { defineSection } from '../setting.ts';

export const callsSettings = defineSection({
  id: 'calls',
  title: 'Voice and video',
  purpose: 'STUN and TURN servers that clients are told of, so that calls find a way through firewalls (XEP-0215).',
  page: '/messaging/settings',
  settings: {
    services: {
      kind: 'list',
      label: 'STUN and TURN servers',
      help: 'For example stun:stun.example.com:3478, turn:turn.example.com:3478?transport=udp or turns:turn.example.com:5349?transport=tcp.',
      default: [],
      maxItems: 20,
      pattern: {
        regex: '^(stuns?|turns?):(\\[[0-9a-fA-F:.]+\\]|[^\\s:/?#@\\[\\]]+)(:\\d{1,5})?(\\?transport=(udp|tcp))?$',
        says: 'An entry is stun:HOST:PORT or turn:HOST:PORT?transport=udp (or tcp).',
      },
      applies: 'now',
      keywords: ['stun', 'turn', 'relay', 'ice'],
    },
    turnSecret: {
      kind: 'text',
      secret: true,
      label: 'Shared secret of the TURN servers',
      help: 'The same as in their configuration (use-auth-secret). Clients get passwords made from it that expire. Empty: TURN servers are told without password.',
      default: '',
      maxLength: 256,
      applies: 'now',
    },
    credentialLifetime: {
      kind: 'duration',
      label: 'TURN passwords are good for',
      help: 'A call that lasts longer goes on; a new one needs a new password.',
      default: 43_200,
      min: 300,
      max: 2_592_000,
      unit: 's',
      applies: 'now',
    },
  },
});

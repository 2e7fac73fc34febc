import { useCases } from '../admin/api.ts';
import { referenceOf } from '../admin/reference.ts';
import type { UseCaseTable } from '../admin/shared/registry.ts';
import { renderSettingsReference } from '../config/reference.ts';
import { sections } from '../config/schema/index.ts';
import type { BlobStore } from '../files/ports.ts';
import { systemClock } from '../kernel/clock.ts';
import { createEventHub } from '../kernel/events.ts';
import { liveBox } from '../kernel/live.ts';
import { silentLog } from '../kernel/log.ts';
import type { Directories } from '../ldap/index.ts';
import type { Stores } from '../store/stores.ts';
import { streamProtocols } from '../xmpp/c2s/protocols.ts';
import { type ComplianceRow, complianceOf, protocolList, suitesOf } from '../xmpp/compliance.ts';
import { componentProtocol } from '../xmpp/components/index.ts';
import { createUsers } from '../xmpp/router/create-users.ts';
import type { Protocol } from '../xmpp/router/hooks.ts';
import type { AdminCommands, OwnAccounts } from '../xmpp/xeps/ports.ts';
import { composeRooms } from './compose-rooms.ts';

const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ');

/** The rooms are asked what they speak; nothing of this node is ever started. */
function protocolsOfRooms(): readonly Protocol[] {
  const none = new Proxy({}, { get: () => undefined });
  const defaults = (id: keyof typeof sections) =>
    liveBox(Object.fromEntries(Object.entries(sections[id].settings).map(([name, setting]) => [name, setting.default])) as never);
  const { router } = composeRooms({
    stores: none as Stores,
    settings: { section: defaults, version: 0 },
    domains: liveBox<ReadonlySet<string>>(new Set()),
    directories: none as Directories,
    administration: { commands: none as AdminCommands, ownAccounts: none as OwnAccounts },
    events: createEventHub(() => undefined),
    clock: systemClock,
    log: silentLog,
    version: '',
    users: createUsers({ accounts: { find: async () => new Map() }, clock: systemClock }),
    occupantSecret: Buffer.alloc(0),
    files: { blobs: none as BlobStore, secret: '', httpOrigin: () => '' },
  });
  return router.protocols;
}

function renderProtocols(): string {
  const all = [...streamProtocols, componentProtocol, ...protocolsOfRooms()];
  const rows = protocolList(all);
  const compliance = complianceOf(all);
  const needs = ({ needs: list, lacks }: ComplianceRow) =>
    list.map((number) => (lacks.includes(number) ? `~~${number}~~` : number)).join(', ');
  return [
    '# Protocols',
    '',
    'Made from the constants beside the code that speaks them.',
    '',
    '| number | title | version followed | status | note |',
    '|---|---|---|---|---|',
    ...rows.map((p) => `| ${p.number} | ${cell(p.title)} | ${p.version} | ${p.status} | ${cell(p.note ?? '')} |`),
    '',
    '# XMPP Compliance Suites 2023 (XEP-0479), for servers',
    '',
    'Worked out from the table above; the advanced level includes the core level. What is struck out is missing or only partly there.',
    '',
    '| suite | server | advanced server |',
    '|---|---|---|',
    ...suitesOf(compliance).map((one) => `| ${one.suite} | ${one.core} | ${one.advanced} |`),
    '',
    '| suite | level | feature | by | there |',
    '|---|---|---|---|---|',
    ...compliance.map((row) => `| ${row.suite} | ${row.level} | ${row.feature} | ${needs(row)} | ${row.verdict} |`),
    '',
  ].join('\n');
}

function renderUseCases(): string {
  const { entries, permissions } = referenceOf(useCases as unknown as UseCaseTable);
  const roles = ['administrator', 'operator', 'read-only'];
  return [
    '# What can be done, and by which way',
    '',
    'Made from the use cases. Paths are below `/api/v1`; commands are those of `rollcall`.',
    '',
    '| what | REST | command line | permission |',
    '|---|---|---|---|',
    ...entries.map((e) => {
      const rest = 'none' in e.rest ? `none: ${e.rest.none}` : `\`${e.rest.method} ${e.rest.path}\``;
      const cli = 'none' in e.cli ? `none: ${e.cli.none}` : `\`${e.cli.usage}\``;
      return `| ${cell(e.summary)} | ${cell(rest)} | ${cell(cli)} | ${e.permission} |`;
    }),
    '',
    '# Permissions and roles',
    '',
    `| permission | ${roles.join(' | ')} |`,
    '|---|---|---|---|',
    ...permissions.map((p) => `| ${p.name} | ${roles.map((role) => (p.roles.includes(role) ? 'yes' : '')).join(' | ')} |`),
    '',
  ].join('\n');
}

/** File name below `docs/reference` to its text. */
export const renderPages = (): Readonly<Record<string, string>> => ({
  'settings.md': renderSettingsReference(),
  'protocols.md': renderProtocols(),
  'use-cases.md': renderUseCases(),
});

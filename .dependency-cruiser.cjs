/**
 * The walls of the house. Each rule says where the thing should go instead. TypeScript 7 has no API that the checker can read, so `typescript` is
 * the last version that has one; bin/import-rules.test.ts proves that a known bad import is reported and that the graph is not empty.
 */
const rooms =
  'im|muc|roster|presence|blocking|profile|directory|security|services|diagnostics|cluster|pubsub|files|push|search|notices|ldap|callmanager|assignment|redundancy';
const room = `^lib/(${rooms})/`;
const testing = '(^lib/testing/|\\.test\\.ts$|\\.contract\\.ts$)';

module.exports = {
  forbidden: [
    {
      name: 'engine-knows-no-framework',
      comment:
        'The engine runs without Next, React, socket.io and Prisma. Put pages in app/, the live channel in lib/live, database code in lib/store.',
      severity: 'error',
      from: { path: `^lib/(kernel|config|xmpp|${rooms})/`, pathNot: testing },
      to: { path: '^node_modules/(next|react|react-dom|socket\\.io|@prisma|next-auth)/|^lib/store/generated/' },
    },
    {
      name: 'rooms-through-the-door',
      comment: "A room is entered by its index.ts, hooks.ts or ports.ts. Export what you need from the other room's index.ts.",
      severity: 'error',
      from: { path: room, pathNot: testing },
      to: { path: room, pathNot: ['^lib/$1/', `^lib/(${rooms})/(index|hooks|ports)\\.ts$`] },
    },
    {
      name: 'room-friendships',
      comment:
        'Rooms talk by hooks of the router. The few friendships allowed: presence with roster, im with blocking through ports, directory with security, nodes and profile through ports, who acts for whom through the ports of the cluster.',
      severity: 'error',
      from: { path: room, pathNot: testing },
      to: {
        path: room,
        pathNot: ['^lib/$1/', '^lib/(roster|security|directory|im)/(index|ports)\\.ts$', '^lib/(profile|cluster|redundancy)/ports\\.ts$'],
      },
    },
    {
      name: 'xmpp-knows-no-feature',
      comment: 'The wire and the router know no room. A room registers hooks and IQ handlers.',
      severity: 'error',
      from: { path: '^lib/xmpp/', pathNot: testing },
      to: { path: `^lib/(${rooms}|admin|store|live|ui|server)/`, pathNot: '/ports\\.ts$' },
    },
    {
      name: 'kernel-knows-nothing',
      comment: 'The kernel has no opinions about messaging; it may be imported by all and imports no one.',
      severity: 'error',
      from: { path: '^lib/kernel/', pathNot: testing },
      to: { path: '^(lib/(?!kernel/)|app/)' },
    },
    {
      name: 'config-knows-the-kernel-only',
      comment: 'Settings are data. What reacts to them lives in the rooms.',
      severity: 'error',
      from: { path: '^lib/config/', pathNot: testing },
      to: { path: '^(lib/(?!kernel/|config/)|app/)' },
    },
    {
      name: 'only-store-knows-prisma',
      comment: 'Database code lives in lib/store; say what you need as a port in your room.',
      severity: 'error',
      from: { path: '^(app|lib)/', pathNot: ['^lib/store/', '^lib/testing/'] },
      to: { path: '^node_modules/(@prisma|pg)/|^lib/store/generated/' },
    },
    {
      name: 'store-knows-ports-only',
      comment: 'Adapters fulfil ports; behaviour belongs in the room.',
      severity: 'error',
      from: { path: '^lib/store/', pathNot: testing },
      to: { path: '^(app/|lib/(?!store/|kernel/|(?:xmpp/)?[a-z-]+/ports\\.ts$|admin/shared/ports\\.ts$))' },
    },
    {
      name: 'pages-use-the-door',
      comment:
        'Pages reach the engine through lib/admin/for-pages.ts; besides it they may use lib/ui, the live client, the schemas of inputs and outputs, the CSV rules and types.',
      severity: 'error',
      from: { path: '^app/', pathNot: testing },
      to: {
        path: '^lib/',
        pathNot: [
          '^lib/ui/',
          '^lib/live/(client|channels|socket)',
          '^lib/admin/for-pages\\.ts$',
          '^lib/admin/([a-z-]+)/(inputs|outputs)\\.ts$',
          '^lib/admin/(api|shared/viewer|shared/csv)\\.ts$',
          '^lib/kernel/(faults|result)\\.ts$',
        ],
      },
    },
    {
      name: 'ui-is-dumb',
      comment: 'lib/ui draws what it is given.',
      severity: 'error',
      from: { path: '^lib/ui/' },
      to: { path: '^(app/|lib/(?!ui/))' },
    },
    {
      name: 'server-never-imports-pages',
      comment: 'The composer knows everything below it, but no page and no kit.',
      severity: 'error',
      from: { path: '^lib/(?!ui/)' },
      to: { path: '^(app/|lib/ui/)' },
    },
    {
      name: 'only-xmpp-and-server-listen',
      comment: 'Sockets are opened by lib/xmpp (listeners), lib/server, lib/outbound and lib/ldap.',
      severity: 'error',
      from: { path: '^lib/', pathNot: ['^lib/(xmpp|server|outbound|store|testing|ldap)/', testing] },
      // A type opens no socket.
      to: { path: '^(node:)?(net|tls|dns|http|https)$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'tests-stay-out',
      comment: 'Shipped code imports no test code.',
      severity: 'error',
      from: { path: '^(app|lib)/', pathNot: testing },
      to: { path: testing },
    },
    {
      name: 'no-cycles',
      comment:
        'A cycle hides who depends on whom. Files of types only (a session has a user, a user has sessions) are no cycle at run time.',
      severity: 'error',
      from: { pathNot: testing },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'A module nobody uses is removed.',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '^app/', testing, '^lib/server/(main|reference-pages)\\.ts$', '^lib/server/workers/'] },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules|lib/store/generated' },
    exclude: { path: '^(\\.next|dist|data)/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};

/** Areas as the rail calls them; the key is the first part of an operation's id. */
const areaWords: Readonly<Record<string, string>> = {
  announcements: 'Announcements',
  audit: 'Audit',
  certificates: 'Certificates',
  consoleSessions: 'Console sessions',
  diagnostics: 'Diagnostics',
  domains: 'Domains',
  jobs: 'Jobs',
  locks: 'Locks',
  operators: 'Administrators',
  overview: 'Overview',
  reports: 'Reports',
  self: 'Own account',
  services: 'Services',
  sessions: 'Sessions',
  settings: 'Settings',
  tokens: 'API tokens',
  users: 'Users',
};
export const sayArea = (area: string): string => areaWords[area] ?? area;

export const kindWords = { read: 'Reads', change: 'Changes data', effect: 'Acts on the running server' } as const;

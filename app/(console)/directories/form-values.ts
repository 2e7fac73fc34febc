import type { DirectoryView } from '@/lib/admin/directories/outputs.ts';

type Text =
  | 'name'
  | 'caPem'
  | 'bindDn'
  | 'base'
  | 'filter'
  | 'keyAttribute'
  | 'userIdAttribute'
  | 'nameAttribute'
  | 'mailAttribute'
  | 'uriAttribute'
  | 'phoneAttribute'
  | 'departmentAttribute'
  | 'titleAttribute'
  | 'photoAttribute'
  | 'controlAttribute';
type Count = 'connectTimeoutMs' | 'operationTimeoutMs' | 'pageSize' | 'maxBinds' | 'rememberMinutes';
type Choice = 'enabled' | 'signIn' | 'search' | 'cards';

/** The form as it is typed: lists are lines, numbers are text. */
export type FormValues = Readonly<Record<Text | Count | 'servers' | 'groups' | 'bindPassword', string>> &
  Readonly<Record<Choice, boolean>> &
  Pick<DirectoryView, 'kind' | 'security'>;

export const labels: Readonly<Record<string, string>> = {
  name: 'Name',
  servers: 'Servers',
  security: 'Encryption',
  caPem: 'Trusted authorities',
  bindDn: 'Bind DN',
  bindPassword: 'Bind password',
  base: 'Base',
  filter: 'Filter',
  rememberMinutes: 'Remember right passwords',
  groups: 'Administrators by group',
  connectTimeoutMs: 'Time to connect',
  operationTimeoutMs: 'Time for an answer',
  pageSize: 'Entries a page',
  maxBinds: 'Passwords checked at a time',
};

export function begin(edited: DirectoryView | null): FormValues {
  if (edited === null) {
    return {
      name: '',
      enabled: true,
      kind: 'active-directory',
      servers: '',
      security: 'ldaps',
      caPem: '',
      bindDn: '',
      bindPassword: '',
      base: '',
      filter: '',
      keyAttribute: '',
      userIdAttribute: '',
      nameAttribute: '',
      mailAttribute: '',
      uriAttribute: '',
      phoneAttribute: '',
      departmentAttribute: '',
      titleAttribute: '',
      photoAttribute: '',
      controlAttribute: '',
      connectTimeoutMs: '5000',
      operationTimeoutMs: '15000',
      pageSize: '500',
      maxBinds: '16',
      rememberMinutes: '0',
      signIn: true,
      search: false,
      cards: false,
      groups: '',
    };
  }
  const { servers, groups, connectTimeoutMs, operationTimeoutMs, pageSize, maxBinds, rememberMinutes, ...rest } = edited;
  return {
    ...rest,
    servers: servers.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join('\n'),
    groups: groups.join('\n'),
    connectTimeoutMs: String(connectTimeoutMs),
    operationTimeoutMs: String(operationTimeoutMs),
    pageSize: String(pageSize),
    maxBinds: String(maxBinds),
    rememberMinutes: String(rememberMinutes),
    bindPassword: '',
  };
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
const given = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim());

/**
 * What the use cases take. Fields that must not be empty are left out when they are; so are the others in a new directory, which then has the usual
 * ones, while a directory that exists loses them.
 */
export const inputOf = (values: FormValues, isNew: boolean) => {
  const maybe = isNew ? given : (text: string) => text.trim();
  return {
    name: values.name.trim(),
    enabled: values.enabled,
    kind: values.kind,
    servers: lines(values.servers),
    security: values.security,
    caPem: values.caPem,
    bindDn: values.bindDn,
    bindPassword: values.bindPassword === '' ? undefined : values.bindPassword,
    base: values.base,
    filter: given(values.filter),
    keyAttribute: given(values.keyAttribute),
    userIdAttribute: given(values.userIdAttribute),
    nameAttribute: given(values.nameAttribute),
    mailAttribute: maybe(values.mailAttribute),
    uriAttribute: maybe(values.uriAttribute),
    phoneAttribute: maybe(values.phoneAttribute),
    departmentAttribute: maybe(values.departmentAttribute),
    titleAttribute: maybe(values.titleAttribute),
    photoAttribute: maybe(values.photoAttribute),
    controlAttribute: maybe(values.controlAttribute),
    connectTimeoutMs: Number(values.connectTimeoutMs),
    operationTimeoutMs: Number(values.operationTimeoutMs),
    pageSize: Number(values.pageSize),
    maxBinds: Number(values.maxBinds),
    rememberMinutes: Number(values.rememberMinutes),
    signIn: values.signIn,
    search: values.search,
    cards: values.cards,
    groups: lines(values.groups),
  };
};

/** A problem of one line belongs to the field that holds the lines. */
export function lineProblems(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const problems: Record<string, string> = {};
  for (const [path, problem] of Object.entries(fields)) {
    const [field = '', line] = path.split('.');
    problems[field] ??= line === undefined ? problem : `Line ${Number(line) + 1}: ${problem}`;
  }
  return problems;
}

import { createHash } from 'node:crypto';
import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Element } from '../../xmpp/stanza/element.ts';
import { isFault } from '../faults.ts';
import type { ChangePosition, Device, IncomingUser, Line } from '../ports.ts';
import { isTrue, textOf, uuidOf } from './answer.ts';
import type { AxlClient } from './client.ts';
import { escapeXml, returned, tag } from './envelope.ts';

/** The operations of AXL that a synchroniser needs, from elements to plain rows. */

const userTags = [
  'userid',
  'firstName',
  'lastName',
  'displayName',
  'mailid',
  'department',
  'title',
  'telephoneNumber',
  'mobileNumber',
  'directoryUri',
  'homeCluster',
  'imAndPresenceEnable',
  'status',
  'primaryExtension',
  'serviceProfile',
] as const;
const phoneTags = ['name', 'description', 'model', 'class', 'protocol', 'ownerUserName'] as const;
const lineTags = ['pattern', 'description', 'routePartitionName'] as const;

export function readUser(el: Element): IncomingUser {
  const display = textOf(el, 'displayName');
  const extension = el.child('primaryExtension');
  const status = textOf(el, 'status');
  return {
    uuid: uuidOf(el.attrs.uuid ?? ''),
    userId: textOf(el, 'userid'),
    name: display === '' ? `${textOf(el, 'firstName')} ${textOf(el, 'lastName')}`.trim() : display,
    mail: textOf(el, 'mailid'),
    department: textOf(el, 'department'),
    title: textOf(el, 'title'),
    telephone: textOf(el, 'telephoneNumber'),
    mobile: textOf(el, 'mobileNumber'),
    directoryUri: textOf(el, 'directoryUri'),
    homeCluster: isTrue(textOf(el, 'homeCluster')),
    imEnabled: isTrue(textOf(el, 'imAndPresenceEnable')),
    // Schemas that have no status know active users only.
    active: status === '' || status === '1',
    extension: textOf(extension, 'pattern'),
    partition: textOf(extension, 'routePartitionName'),
    serviceProfile: textOf(el, 'serviceProfile'),
  };
}
type PhoneRow = Omit<Device, 'users' | 'lines'>;
const readPhone = (el: Element): PhoneRow => ({
  uuid: uuidOf(el.attrs.uuid ?? ''),
  name: textOf(el, 'name'),
  description: textOf(el, 'description'),
  model: textOf(el, 'model'),
  protocol: textOf(el, 'protocol'),
  kind: textOf(el, 'class'),
  owner: textOf(el, 'ownerUserName'),
});
const readLine = (el: Element): Line => ({
  uuid: uuidOf(el.attrs.uuid ?? ''),
  pattern: textOf(el, 'pattern'),
  partition: textOf(el, 'routePartitionName'),
  description: textOf(el, 'description'),
});

/** Short, and different for all that differs. */
export const digestOf = (row: object): string => createHash('sha256').update(JSON.stringify(row)).digest('base64url').slice(0, 22);

export interface Change {
  readonly type: string;
  readonly uuid: string;
  readonly action: 'a' | 'u' | 'r';
}
export interface ChangePage {
  readonly changes: readonly Change[];
  readonly queueId: string;
  readonly first: number;
  readonly last: number;
  readonly next: number;
}

export interface Operations {
  users(): AsyncGenerator<Result<readonly IncomingUser[], Fault>>;
  phones(): AsyncGenerator<Result<readonly PhoneRow[], Fault>>;
  lines(): AsyncGenerator<Result<readonly Line[], Fault>>;
  /** Rows of a table of pairs, by SQL. */
  pairs(table: 'enduserdevicemap' | 'devicenumplanmap'): AsyncGenerator<Result<readonly Pair[], Fault>>;
  /** Null: there is no such user any more. */
  user(uuid: string): Promise<Result<IncomingUser | null, Fault>>;
  phone(uuid: string): Promise<Result<PhoneRow | null, Fault>>;
  line(uuid: string): Promise<Result<Line | null, Fault>>;
  /** Pairs of one device. */
  pairsOf(table: 'enduserdevicemap' | 'devicenumplanmap', device: string): Promise<Result<readonly Pair[], Fault>>;
  changes(from: ChangePosition | null): Promise<Result<ChangePage, Fault>>;
}
export interface Pair {
  readonly device: string;
  /** A person or a line. */
  readonly other: string;
  readonly order: number;
}

const freeLoop = () => new Promise<void>((resolve) => setImmediate(resolve));
const NOT_FOUND = 5007;
const MIN_PAGE = 10;

export function createOperations(client: AxlClient, pageRows: () => number): Operations {
  /** Pages by `skip` and `first`; a page that is too large for the call manager is asked for again with fewer rows, as it suggests. */
  async function* paged<T>(
    ask: (skip: number, first: number) => Promise<Result<readonly T[], Fault>>,
  ): AsyncGenerator<Result<readonly T[], Fault>> {
    let size = pageRows();
    let skip = 0;
    for (let coming = ask(skip, size); ; ) {
      const page = await coming;
      if (!page.ok) {
        const isTooLarge = isFault(page.fault, 'tooLarge') || isFault(page.fault, 'tooManyBytes');
        if (!isTooLarge || size <= MIN_PAGE) {
          yield page;
          return;
        }
        const suggested = Number(page.fault.details?.rows ?? 0);
        size = Math.max(MIN_PAGE, Math.min(Math.floor(size / 2), suggested > 1 ? suggested - 1 : size));
        coming = ask(skip, size);
        continue;
      }
      // A page with fewer rows than asked for may be the last one, or one that was cut: only an empty page is the end.
      if (page.value.length === 0) return;
      skip += page.value.length;
      // The next one is on its way while this one is compared.
      coming = ask(skip, size);
      yield page;
    }
  }

  const list =
    <T>(operation: string, criterion: string, tags: readonly string[], row: string, read: (el: Element) => T) =>
    async (skip: number, first: number): Promise<Result<readonly T[], Fault>> => {
      const answer = await client.call(
        operation,
        `<searchCriteria>${tag(criterion, '%')}</searchCriteria>${returned(tags)}${tag('skip', skip)}${tag('first', first)}`,
      );
      if (!answer.ok) return answer;
      const rows: T[] = [];
      for (const el of answer.value.child('return')?.elements() ?? []) {
        if (el.name !== row) continue;
        rows.push(read(el));
        // Some milliseconds at a time: messages go on meanwhile.
        if (rows.length % 250 === 0) await freeLoop();
      }
      return ok(rows);
    };

  async function one<T>(
    operation: string,
    uuid: string,
    tags: readonly string[],
    row: string,
    read: (el: Element) => T,
  ): Promise<Result<T | null, Fault>> {
    const answer = await client.call(operation, `${tag('uuid', `{${uuid.toUpperCase()}}`)}${returned(tags)}`);
    if (!answer.ok) return isNotFound(answer.fault) ? ok(null) : answer;
    const el = answer.value.child('return')?.child(row);
    return ok(el === undefined ? null : read(el));
  }
  const isNotFound = (fault: Fault): boolean => isFault(fault, 'refused') && fault.message.includes(`code ${NOT_FOUND}`);

  async function query(sql: string): Promise<Result<readonly Element[], Fault>> {
    const answer = await client.call('executeSQLQuery', `<sql>${escapeXml(sql)}</sql>`);
    return answer.ok ? ok(answer.value.child('return')?.elements() ?? []) : answer;
  }
  const pairSql = (table: string, page: string, where: string): string =>
    table === 'enduserdevicemap'
      ? `select ${page}fkdevice, fkenduser from enduserdevicemap${where} order by pkid`
      : `select ${page}fkdevice, fknumplan, numplanindex from devicenumplanmap${where} order by pkid`;
  const readPair = (el: Element): Pair => ({
    device: uuidOf(textOf(el, 'fkdevice')),
    other: uuidOf(textOf(el, 'fkenduser') || textOf(el, 'fknumplan')),
    order: Number(textOf(el, 'numplanindex')) || 0,
  });

  return {
    users: () => paged(list('listUser', 'userid', userTags, 'user', readUser)),
    phones: () => paged(list('listPhone', 'name', phoneTags, 'phone', readPhone)),
    lines: () => paged(list('listLine', 'pattern', lineTags, 'line', readLine)),
    pairs: (table) =>
      paged(async (skip, first) => {
        const rows = await query(pairSql(table, `skip ${skip} first ${first} `, ''));
        return rows.ok ? ok(rows.value.map(readPair)) : rows;
      }),
    user: (uuid) => one('getUser', uuid, userTags, 'user', readUser),
    phone: (uuid) => one('getPhone', uuid, phoneTags, 'phone', readPhone),
    line: (uuid) => one('getLine', uuid, lineTags, 'line', readLine),
    async pairsOf(table, device) {
      // Ids have hexadecimal digits and hyphens only, so nothing can leave the quotes.
      const rows = await query(pairSql(table, '', ` where fkdevice = '${device.replace(/[^0-9a-f-]/g, '')}'`));
      return rows.ok ? ok(rows.value.map(readPair)) : rows;
    },
    async changes(from) {
      const start = from === null ? '' : `<startChangeId queueId="${escapeXml(from.queueId)}">${from.next}</startChangeId>`;
      const answer = await client.call(
        'listChange',
        `${start}<objectList><object>User</object><object>Phone</object><object>Line</object></objectList>`,
      );
      if (!answer.ok) return answer;
      const info = answer.value.child('queueInfo') ?? answer.value.child('return')?.child('queueInfo');
      const list = answer.value.child('changes') ?? answer.value.child('return')?.child('changes');
      const number = (name: string): number => Number(textOf(info, name)) || 0;
      const changes: Change[] = [];
      for (const el of list?.elements() ?? []) {
        const action = textOf(el, 'action');
        if (action !== 'a' && action !== 'u' && action !== 'r') continue;
        changes.push({ type: el.attrs.type ?? '', uuid: uuidOf(el.attrs.uuid ?? ''), action });
      }
      return ok({
        changes,
        queueId: textOf(info, 'queueId'),
        first: number('firstChangeId'),
        last: number('lastChangeId'),
        next: number('nextStartChangeId'),
      });
    },
  };
}

/** Collects all pages; the first refusal ends it. */
export async function collect<T>(
  pages: AsyncGenerator<Result<readonly T[], Fault>>,
  each: (rows: readonly T[]) => Promise<void> | void,
): Promise<Fault | null> {
  for await (const page of pages) {
    if (!page.ok) return page.fault;
    await each(page.value);
  }
  return null;
}

import { z } from 'zod';
import { domainFaults, readDomain } from '../../directory/index.ts';
import type { Fault } from '../../kernel/faults.ts';
import { defineFaults } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import type { Notice, NoticeKind } from '../../notices/ports.ts';
import { jobRow, presentJob } from '../jobs/outputs.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import { instant } from '../shared/fields.ts';
import type { UseCaseContext } from '../shared/use-case.ts';
import { everyoneWork } from './everyone-work.ts';
import {
  deleteNoticeInput,
  getAnnouncementsInput,
  sendAnnouncementInput,
  sendEveryoneInput,
  setMotdInput,
  setWelcomeInput,
} from './inputs.ts';

const announcementFaults = defineFaults('announcements', {
  none: { kind: 'missing', message: 'There is no {what} to delete.' },
});
const words: Readonly<Record<NoticeKind, string>> = { motd: 'message of the day', welcome: 'welcome message' };

const noticeView = z.object({ subject: z.string(), body: z.string(), changedAt: instant, since: instant, by: z.string() });
const present = (notice: Notice | undefined): z.output<typeof noticeView> | null =>
  notice === undefined
    ? null
    : { subject: notice.subject, body: notice.body, changedAt: notice.version, since: notice.since, by: notice.by };
const notices = z.object({ motd: noticeView.nullable(), welcome: noticeView.nullable() });

type Context = UseCaseContext<AdminDeps>;
async function both(ctx: Context): Promise<z.output<typeof notices>> {
  const all = await ctx.stores.notices.all();
  const of = (kind: NoticeKind) => present(all.find((notice) => notice.kind === kind));
  return { motd: of('motd'), welcome: of('welcome') };
}

async function put(ctx: Context, kind: NoticeKind, text: { subject: string; body: string }, then?: () => void): Promise<void> {
  const before = (await ctx.stores.notices.all()).find((notice) => notice.kind === kind);
  const now = ctx.deps.clock.now();
  const notice: Notice = {
    kind,
    ...text,
    // Who has seen the last one is told this one, whatever the clock says.
    version: Math.max(now, (before?.version ?? 0) + 1),
    since: before?.since ?? now,
    by: ctx.viewer.name,
  };
  ctx.audit({ target: words[kind], targetKey: `notice:${kind}`, before: present(before), after: text });
  await ctx.stores.notices.put(notice);
  announce(ctx, kind, then);
}

async function remove(ctx: Context, kind: NoticeKind): Promise<Result<z.output<typeof notices>, Fault>> {
  const before = (await ctx.stores.notices.all()).find((notice) => notice.kind === kind);
  ctx.audit({ target: words[kind], targetKey: `notice:${kind}`, before: present(before) });
  if (!(await ctx.stores.notices.remove(kind))) return refuse(announcementFaults.none({ what: words[kind] }));
  announce(ctx, kind);
  return ok(await both(ctx));
}

const announce = (ctx: Context, kind: NoticeKind, then?: () => void): void =>
  ctx.afterCommit(() => {
    const { events, log } = ctx.deps;
    ctx.deps.notices.reload().then(
      () => then?.(),
      (error: unknown) => log.warn('notices.not-read', { error }),
    );
    events.emit('notice.changed', { kind, by: ctx.viewer.name });
  });

/** A domain that is hosted here, when one is named. */
async function hosted(ctx: Context, text: string | undefined): Promise<Result<string | undefined, Fault>> {
  if (text === undefined || text === '') return ok(undefined);
  const read = readDomain(text);
  if (!read.ok) return read;
  const isHere = (await ctx.stores.domains.list()).some((row) => row.domain === read.value);
  return isHere ? ok(read.value) : refuse(domainFaults.missing({ domain: text }));
}

const getAnnouncements = defineUseCase({
  id: 'announcements.get',
  title: 'Show notices',
  summary: 'The message of the day and the welcome message, as they are told at sign-in.',
  may: 'announcements.read',
  kind: 'read',
  input: getAnnouncementsInput,
  output: notices,
  rest: { method: 'GET', path: '/announcements' },
  cli: { words: ['announcements', 'show'] },
  run: async (_input, ctx) => ok(await both(ctx)),
});

const sendAnnouncement = defineUseCase({
  id: 'announcements.send',
  title: 'Announce to those who are signed in',
  summary: 'Sends a text to every device that is signed in now. Nothing is kept for people who are away.',
  may: 'announcements.write',
  audit: 'announcement.send',
  kind: 'effect',
  input: sendAnnouncementInput,
  output: z.object({ people: z.int(), devices: z.int() }),
  rest: { method: 'POST', path: '/announcements/send' },
  cli: {
    words: ['announcements', 'send'],
    positionals: [{ field: 'body', name: 'TEXT' }],
    examples: ['rollcall announcements send "The server restarts at noon." --subject Maintenance'],
  },
  async run({ subject, body, domain }, ctx) {
    ctx.audit({ target: subject === '' ? body.slice(0, 60) : subject, after: { subject, body, domain } });
    const where = await hosted(ctx, domain);
    if (!where.ok) return where;
    const reached = await ctx.deps.notices.tellOnline({ subject, body }, where.value);
    ctx.audit({ after: { subject, body, domain, ...reached } });
    return ok(reached);
  },
});

const sendEveryone = defineUseCase({
  id: 'announcements.sendEveryone',
  title: 'Announce to everyone',
  summary: 'Sends a text to every enabled user as a job; it waits for those who are away.',
  may: 'announcements.write',
  audit: 'announcement.send-everyone',
  kind: 'change',
  input: sendEveryoneInput,
  output: jobRow,
  rest: { method: 'POST', path: '/announcements/send-everyone', status: 202 },
  cli: {
    words: ['announcements', 'send-everyone'],
    positionals: [{ field: 'body', name: 'TEXT' }],
    waits: true,
    examples: ['rollcall announcements send-everyone "Welcome to the new server." --domain example.com'],
  },
  async run({ subject, body, domain }, ctx) {
    const where = await hosted(ctx, domain);
    if (!where.ok) return where;
    const job = await ctx.deps.jobs.enqueue(ctx, everyoneWork({ subject, body, domain: where.value }, ctx.deps));
    if (!job.ok) return job;
    ctx.audit({ target: job.value.title, targetKey: `job:${job.value.id}`, after: { subject, body, domain: where.value } });
    return ok(presentJob(job.value));
  },
});

const setMotd = defineUseCase({
  id: 'announcements.setMotd',
  title: 'Set the message of the day',
  summary: 'Everyone is told it once, at the next sign-in; those who are signed in at once unless told otherwise.',
  may: 'announcements.write',
  audit: 'motd.set',
  kind: 'change',
  input: setMotdInput,
  output: notices,
  rest: { method: 'PUT', path: '/announcements/motd' },
  cli: {
    words: ['announcements', 'set-motd'],
    positionals: [{ field: 'body', name: 'TEXT' }],
    examples: ['rollcall announcements set-motd "The office closes at four today." --no-tell'],
  },
  async run({ subject, body, tell }, ctx) {
    const { notices: door, log } = ctx.deps;
    const tellNow = () => void door.tellMotd().catch((error: unknown) => log.warn('notices.not-told', { error }));
    await put(ctx, 'motd', { subject, body }, tell ? tellNow : undefined);
    return ok(await both(ctx));
  },
});

const deleteMotd = defineUseCase({
  id: 'announcements.deleteMotd',
  title: 'Delete the message of the day',
  summary: 'Nobody is told it any more. Who has it keeps it.',
  may: 'announcements.write',
  audit: 'motd.delete',
  kind: 'change',
  input: deleteNoticeInput,
  output: notices,
  rest: { method: 'DELETE', path: '/announcements/motd' },
  cli: { words: ['announcements', 'delete-motd'] },
  run: (_input, ctx) => remove(ctx, 'motd'),
});

const setWelcome = defineUseCase({
  id: 'announcements.setWelcome',
  title: 'Set the welcome message',
  summary: 'People whose accounts are made from now on get it at their first sign-in.',
  may: 'announcements.write',
  audit: 'welcome.set',
  kind: 'change',
  input: setWelcomeInput,
  output: notices,
  rest: { method: 'PUT', path: '/announcements/welcome' },
  cli: { words: ['announcements', 'set-welcome'], positionals: [{ field: 'body', name: 'TEXT' }] },
  async run(text, ctx) {
    await put(ctx, 'welcome', text);
    return ok(await both(ctx));
  },
});

const deleteWelcome = defineUseCase({
  id: 'announcements.deleteWelcome',
  title: 'Delete the welcome message',
  summary: 'New people are no longer greeted.',
  may: 'announcements.write',
  audit: 'welcome.delete',
  kind: 'change',
  input: deleteNoticeInput,
  output: notices,
  rest: { method: 'DELETE', path: '/announcements/welcome' },
  cli: { words: ['announcements', 'delete-welcome'] },
  run: (_input, ctx) => remove(ctx, 'welcome'),
});

/** The use cases of this area; the key is the verb in their id. */
export const announcements = {
  get: getAnnouncements,
  send: sendAnnouncement,
  sendEveryone,
  setMotd,
  deleteMotd,
  setWelcome,
  deleteWelcome,
} as const;

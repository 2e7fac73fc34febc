import { ok, refuse } from '../../kernel/result.ts';
import { jobRow, presentJob } from '../jobs/outputs.ts';
import { type AdminDeps, defineUseCase } from '../shared/define.ts';
import { destroyTargets, destroyWork } from './destroy-work.ts';
import { roomFaults } from './faults.ts';
import { destroyManyInput, previewDestroyInput, type RoomsTarget } from './inputs.ts';
import { destroyPreview } from './outputs.ts';
import { alternateFrom } from './resolve.ts';

async function preview(rooms: AdminDeps['rooms'], target: RoomsTarget) {
  const seen = { matching: 0, persistent: 0, occupants: 0, missing: 0 };
  const sample: { address: string; title: string; occupants: number }[] = [];
  for await (const part of destroyTargets(rooms, target)) {
    for (const room of part) {
      if (room === null) {
        seen.missing++;
        continue;
      }
      const occupants = rooms.door.occupantsOf(room.jid);
      seen.matching++;
      seen.occupants += occupants;
      if (room.persistent) seen.persistent++;
      if (sample.length < 20) sample.push({ address: room.jid, title: room.title, occupants });
    }
  }
  return { ...seen, sample };
}

export const previewDestroy = defineUseCase({
  id: 'rooms.previewDestroy',
  title: 'Preview the destruction of rooms',
  summary: 'Tells how many rooms would be destroyed, how many of them are persistent and how many people are inside.',
  may: 'rooms.read',
  kind: 'read',
  input: previewDestroyInput,
  output: destroyPreview,
  rest: { method: 'POST', path: '/rooms/destroy/preview' },
  cli: { words: ['rooms', 'preview-destroy'], examples: ['rollcall rooms preview-destroy --domain old.example.com'] },
  run: async (input, { deps }) => ok(await preview(deps.rooms, input)),
});

export const destroyMany = defineUseCase({
  id: 'rooms.destroyMany',
  title: 'Destroy many rooms',
  summary:
    'Destroys the rooms named, or all that match a filter, as a job. People inside are told, and sent to another room if one is named.',
  may: 'rooms.write',
  audit: 'room.destroy-many',
  kind: 'change',
  input: destroyManyInput,
  output: jobRow,
  rest: { method: 'POST', path: '/rooms/destroy', status: 202 },
  cli: {
    words: ['rooms', 'destroy-many'],
    waits: true,
    examples: ['rollcall rooms destroy-many --search test --reason "Tests are over"'],
  },
  async run(input, ctx) {
    const { expect, ...target } = input;
    const alternate = alternateFrom(target.alternate, null);
    if (!alternate.ok) return alternate;
    if (expect !== undefined) {
      const { matching } = await preview(ctx.deps.rooms, target);
      if (matching > expect) return refuse(roomFaults.moreThanExpected({ count: matching, expected: expect }));
    }
    const job = await ctx.deps.jobs.enqueue(ctx, destroyWork(target, ctx.deps, ctx.viewer));
    if (!job.ok) return job;
    ctx.audit({ target: job.value.title, targetKey: `job:${job.value.id}`, after: { ...target, rooms: target.rooms?.length } });
    return ok(presentJob(job.value));
  },
});

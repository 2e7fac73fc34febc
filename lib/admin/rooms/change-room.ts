import { z } from 'zod';
import { type BareJid, parseJid } from '../../kernel/jid.ts';
import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { invalidFields } from '../shared/problems.ts';
import { roomFaults } from './faults.ts';
import { configureRoomInput, createRoomInput, destroyRoomInput, kickInput, setAffiliationInput, setSubjectInput } from './inputs.ts';
import { affiliationOutcome, roomRow } from './outputs.ts';
import { alternateFrom, auditedConfig, configFrom, resolveRoom, rowOfLive, servicesOf, whoFrom } from './resolve.ts';

export const createRoom = defineUseCase({
  id: 'rooms.create',
  title: 'Create a room',
  summary: 'Makes a chat room with its configuration and owners. What is not given is as the settings of group chat say for new rooms.',
  may: 'rooms.write',
  audit: 'room.create',
  kind: 'effect',
  input: createRoomInput,
  output: roomRow,
  rest: { method: 'POST', path: '/rooms', status: 201 },
  cli: {
    words: ['rooms', 'create'],
    positionals: [{ field: 'room', name: 'ROOM' }],
    examples: ['rollcall rooms create team --title "The team" --persistent --owners anna@example.com'],
  },
  async run(input, ctx) {
    const { room, owners, ...given } = input;
    ctx.audit({ target: room });
    const services = servicesOf(ctx.deps);
    const [first] = services;
    if (first === undefined) return refuse(roomFaults.noService());
    const jid = parseJid(room.includes('@') ? room : `${room}@${first}`);
    if (jid === null || jid.local === '' || jid.resource !== '')
      return refuse(invalidFields({ room: roomFaults.badAddress({ room, service: first }).message }));
    if (!services.includes(jid.domain))
      return refuse(invalidFields({ room: roomFaults.foreignService({ domain: jid.domain, services: services.join(', ') }).message }));
    const people: BareJid[] = [];
    for (const text of owners) {
      const who = whoFrom(text, 'owner');
      if (!who.ok) return refuse(invalidFields({ owners: who.fault.message }));
      people.push(who.value as BareJid);
    }
    const config = configFrom(given);
    ctx.audit({ target: jid.bare, targetKey: `room:${jid.bare}` });
    const made = await ctx.deps.rooms.door.create(jid, { persistent: true, ...config }, [...new Set(people)], ctx.viewer.name);
    if (!made.ok) return made;
    ctx.audit({ after: { ...auditedConfig(made.value.config, { persistent: true, ...config }), owners: people } });
    ctx.afterCommit(() => ctx.deps.events.emit('room.changed', { room: jid.bare, what: 'created', by: ctx.viewer.name }));
    return ok(rowOfLive(made.value));
  },
});

export const configureRoom = defineUseCase({
  id: 'rooms.configure',
  title: 'Configure a room',
  summary: 'Changes the configuration of a room. People inside are told; who may no longer be inside leaves.',
  may: 'rooms.write',
  audit: 'room.configure',
  kind: 'effect',
  input: configureRoomInput,
  output: roomRow,
  rest: { method: 'PATCH', path: '/rooms/{room}' },
  cli: {
    words: ['rooms', 'configure'],
    positionals: [{ field: 'room', name: 'ROOM' }],
    examples: ['rollcall rooms configure team@conference.example.com --members-only --title "Project team"'],
  },
  async run(input, ctx) {
    const { room, version, ...given } = input;
    const found = await resolveRoom(ctx.deps, room);
    if (!found.ok) return found;
    const { jid, config: before } = found.value;
    ctx.audit({ target: jid, targetKey: `room:${jid}` });
    const change = configFrom(given);
    if (Object.keys(change).length === 0) return refuse(roomFaults.nothingToChange());
    const now = await ctx.deps.rooms.door.configure(jid, change, ctx.viewer.name, version);
    if (!now.ok) return now;
    ctx.audit({ before: auditedConfig(before, change), after: auditedConfig(now.value.config, change) });
    ctx.afterCommit(() => ctx.deps.events.emit('room.changed', { room: jid, what: 'configured', by: ctx.viewer.name }));
    return ok(rowOfLive(now.value));
  },
});

export const setAffiliation = defineUseCase({
  id: 'rooms.setAffiliation',
  title: 'Change who belongs to a room',
  summary:
    'Makes people owners, administrators, members or outcasts of a room, or takes that away. Each is tried; the answer tells who was refused.',
  may: 'rooms.write',
  audit: 'room.affiliate',
  kind: 'effect',
  input: setAffiliationInput,
  output: affiliationOutcome,
  rest: { method: 'POST', path: '/rooms/{room}/members' },
  cli: {
    words: ['rooms', 'affiliate'],
    positionals: [
      { field: 'room', name: 'ROOM' },
      { field: 'affiliation', name: 'AFFILIATION' },
      { field: 'who', name: 'WHO' },
    ],
    examples: [
      'rollcall rooms affiliate team@conference.example.com member anna@example.com bob@example.com',
      'rollcall rooms affiliate team@conference.example.com outcast spam.example --reason "Advertising"',
    ],
  },
  async run(input, ctx) {
    const found = await resolveRoom(ctx.deps, input.room);
    if (!found.ok) return found;
    const { jid, affiliations } = found.value;
    ctx.audit({ target: jid, targetKey: `room:${jid}` });
    const people = new Set<string>();
    for (const text of input.who) {
      const who = whoFrom(text, input.affiliation);
      if (!who.ok) return refuse(invalidFields({ who: who.fault.message }));
      people.add(who.value);
    }
    const was = Object.fromEntries([...people].map((who) => [who, affiliations.find((row) => row.who === who)?.affiliation ?? 'none']));
    const changed: string[] = [];
    const refused: { who: string; why: string }[] = [];
    for (const who of people) {
      const outcome = await ctx.deps.rooms.door.setAffiliation(jid, who, input.affiliation, input.reason);
      if (outcome.ok) changed.push(who);
      else refused.push({ who, why: outcome.fault.message });
    }
    const [first] = refused;
    if (changed.length === 0 && first !== undefined) return refuse(roomFaults.noneChanged({ why: first.why }));
    ctx.audit({
      before: Object.fromEntries(changed.map((who) => [who, was[who]])),
      after: Object.fromEntries(changed.map((who) => [who, input.affiliation])),
      ...(input.reason === '' ? {} : { detail: `Reason told: ${input.reason}` }),
    });
    ctx.afterCommit(() => ctx.deps.events.emit('room.changed', { room: jid, what: 'members', by: ctx.viewer.name }));
    return ok({ changed, refused });
  },
});

export const kick = defineUseCase({
  id: 'rooms.kick',
  title: 'Remove somebody from a room',
  summary: 'Takes an occupant out of a room. They can enter again; make them an outcast to keep them out.',
  may: 'rooms.write',
  audit: 'room.kick',
  kind: 'effect',
  input: kickInput,
  output: z.object({ room: z.string(), nick: z.string() }),
  rest: { method: 'POST', path: '/rooms/{room}/kick' },
  cli: {
    words: ['rooms', 'kick'],
    positionals: [
      { field: 'room', name: 'ROOM' },
      { field: 'nick', name: 'NICK' },
    ],
    examples: ['rollcall rooms kick team@conference.example.com "Bob" --reason "Off topic"'],
  },
  async run(input, ctx) {
    const found = await resolveRoom(ctx.deps, input.room);
    if (!found.ok) return found;
    const { jid, occupants } = found.value;
    ctx.audit({
      target: `${jid}/${input.nick}`,
      targetKey: `room:${jid}`,
      before: { addresses: occupants.find((one) => one.nick === input.nick)?.jids ?? [] },
    });
    const outcome = await ctx.deps.rooms.door.kick(jid, input.nick, input.reason);
    if (!outcome.ok) return outcome;
    ctx.audit({ after: { reason: input.reason } });
    ctx.afterCommit(() => ctx.deps.events.emit('room.changed', { room: jid, what: 'occupants', by: ctx.viewer.name }));
    return ok({ room: jid, nick: input.nick });
  },
});

export const setSubject = defineUseCase({
  id: 'rooms.setSubject',
  title: 'Set the subject of a room',
  summary: 'Changes the subject; everybody inside sees it, and whoever enters later.',
  may: 'rooms.write',
  audit: 'room.set-subject',
  kind: 'effect',
  input: setSubjectInput,
  output: z.object({ room: z.string(), subject: z.string() }),
  rest: { method: 'PUT', path: '/rooms/{room}/subject' },
  cli: {
    words: ['rooms', 'subject'],
    positionals: [
      { field: 'room', name: 'ROOM' },
      { field: 'subject', name: 'SUBJECT' },
    ],
    examples: ['rollcall rooms subject team@conference.example.com "Release on Friday"'],
  },
  async run(input, ctx) {
    const found = await resolveRoom(ctx.deps, input.room);
    if (!found.ok) return found;
    const { jid, subject } = found.value;
    ctx.audit({ target: jid, targetKey: `room:${jid}`, before: { subject: subject?.text ?? '' } });
    const outcome = await ctx.deps.rooms.door.setSubject(jid, input.subject, ctx.viewer.name);
    if (!outcome.ok) return outcome;
    ctx.audit({ after: { subject: input.subject } });
    ctx.afterCommit(() => ctx.deps.events.emit('room.changed', { room: jid, what: 'subject', by: ctx.viewer.name }));
    return ok({ room: jid, subject: input.subject });
  },
});

export const destroyRoom = defineUseCase({
  id: 'rooms.destroy',
  title: 'Destroy a room',
  summary: 'Ends a room for everybody inside and deletes its members and messages. People can be sent to another room.',
  may: 'rooms.write',
  audit: 'room.destroy',
  kind: 'effect',
  input: destroyRoomInput,
  output: z.object({ room: z.string(), occupants: z.int() }),
  rest: { method: 'DELETE', path: '/rooms/{room}' },
  cli: {
    words: ['rooms', 'destroy'],
    positionals: [{ field: 'room', name: 'ROOM' }],
    examples: ['rollcall rooms destroy old@conference.example.com --alternate new@conference.example.com --reason "We moved"'],
  },
  async run(input, ctx) {
    const found = await resolveRoom(ctx.deps, input.room);
    if (!found.ok) return found;
    const { jid, config, occupants, affiliations } = found.value;
    const alternate = alternateFrom(input.alternate, jid);
    if (!alternate.ok) return alternate;
    ctx.audit({
      target: jid,
      targetKey: `room:${jid}`,
      before: { title: config.title, persistent: config.persistent, occupants: occupants.length, affiliations: affiliations.length },
    });
    const outcome = await ctx.deps.rooms.door.destroy(jid, input.reason, alternate.value);
    if (!outcome.ok) return outcome;
    ctx.audit({ after: { reason: input.reason, alternate: alternate.value } });
    ctx.afterCommit(() => ctx.deps.events.emit('room.changed', { room: jid, what: 'destroyed', by: ctx.viewer.name }));
    return ok({ room: jid, occupants: occupants.length });
  },
});

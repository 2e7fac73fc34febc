import { z } from 'zod';
import { callManagerFaults } from '../../callmanager/index.ts';
import { ok, refuse } from '../../kernel/result.ts';
import { defineUseCase } from '../shared/define.ts';
import { findCallManagerUsersInput, getCallManagerUserInput } from './inputs.ts';
import { callManagerUserPage, callManagerUserView, deviceView, presentCallManagerUser } from './outputs.ts';
import { cancelSync, confirmRun, discardRun, getRun, listRuns, plannedOf, problemsOf, syncCallManager } from './runs.ts';
import { configureCallManager, fetchCertificate, removeCallManager, showCallManager, testCallManager } from './status.ts';

const findUsers = defineUseCase({
  id: 'callManager.users',
  title: 'List users of the call manager',
  summary: 'Everyone the call manager has told of, whether they may use IM and presence here, and what is wrong with them.',
  may: 'callManager.read',
  kind: 'read',
  input: findCallManagerUsersInput,
  output: callManagerUserPage,
  rest: { method: 'GET', path: '/callmanager/users' },
  cli: {
    words: ['callmanager', 'users'],
    table: { path: 'items', columns: ['userId', 'name', 'entitled', 'extension', 'directoryUri', 'problem'] },
    examples: ['rollcall callmanager users --show problems'],
  },
  async run({ search, show, limit, cursor }, { stores }) {
    const page = await stores.callManager.find({
      show,
      limit,
      ...(search === undefined ? {} : { search }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    return ok({
      items: page.items.map(presentCallManagerUser),
      next: page.nextCursor,
      total: page.total,
      totalIsFloor: page.totalIsFloor,
    });
  },
});

const getUser = defineUseCase({
  id: 'callManager.user',
  title: 'Show a user of the call manager',
  summary: 'What the call manager tells of one person, with devices and lines.',
  may: 'callManager.read',
  kind: 'read',
  input: getCallManagerUserInput,
  output: z.object({ user: callManagerUserView, devices: z.array(deviceView) }),
  rest: { method: 'GET', path: '/callmanager/users/{user}' },
  cli: { words: ['callmanager', 'user'], positionals: [{ field: 'user', name: 'USER' }] },
  async run({ user }, { stores }) {
    const found = await stores.callManager.byUserId(user);
    if (found === null) return refuse(callManagerFaults.noUser({ user }));
    const devices = await stores.callManager.devicesOf(found);
    return ok({
      user: presentCallManagerUser(found),
      devices: devices.map(({ name, description, model, protocol, owner, on }) => ({
        name,
        description,
        model,
        protocol,
        owner,
        lines: on.map(({ pattern, partition, description: text }) => ({ pattern, partition, description: text })),
      })),
    });
  },
});

/** The use cases of this area; the key is the verb in their id. */
export const callManager = {
  show: showCallManager,
  configure: configureCallManager,
  remove: removeCallManager,
  test: testCallManager,
  fetchCertificate,
  sync: syncCallManager,
  runs: listRuns,
  run: getRun,
  planned: plannedOf,
  problems: problemsOf,
  confirm: confirmRun,
  discard: discardRun,
  cancel: cancelSync,
  users: findUsers,
  user: getUser,
} as const;

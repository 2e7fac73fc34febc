import type { AnyProjection } from '../projection.ts';
import { auditCountProjection } from './audit-count.ts';
import { jobProjection, jobsProjection } from './jobs.ts';
import {
  agreementsProjection,
  callManagerProjection,
  componentsProjection,
  directoriesProjection,
  directoryProjection,
  domainsProjection,
  filesProjection,
  operatorsProjection,
  rolesProjection,
  tokensProjection,
  usersProjection,
} from './lists.ts';
import { alarmsProjection, overviewProjection } from './overview.ts';
import { assignedPeopleProjection, assignmentProjection, dataMonitorProjection, redundancyProjection } from './redundancy.ts';
import { occupantsProjection, roomMembersProjection, roomProjection, roomsProjection } from './rooms.ts';
import { servicesProjection } from './services.ts';
import { sessionsProjection } from './sessions.ts';
import { settingsVersionProjection } from './settings.ts';
import { topologyProjection } from './topology.ts';

/** One for each channel. */
export const projections: readonly AnyProjection[] = [
  alarmsProjection,
  overviewProjection,
  sessionsProjection,
  usersProjection,
  filesProjection,
  domainsProjection,
  componentsProjection,
  directoriesProjection,
  directoryProjection,
  agreementsProjection,
  callManagerProjection,
  tokensProjection,
  operatorsProjection,
  rolesProjection,
  roomsProjection,
  roomProjection,
  occupantsProjection,
  roomMembersProjection,
  jobsProjection,
  jobProjection,
  servicesProjection,
  settingsVersionProjection,
  auditCountProjection,
  topologyProjection,
  redundancyProjection,
  assignmentProjection,
  assignedPeopleProjection,
  dataMonitorProjection,
];

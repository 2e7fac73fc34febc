import type { AdminApi } from '../admin/api.ts';
import type { Viewer } from '../admin/shared/viewer.ts';
import type { EventName } from '../kernel/events.ts';
import type { Fault } from '../kernel/faults.ts';
import type { Result } from '../kernel/result.ts';
import type { ChannelName, Channels } from './channels.ts';

/** What is read on joining and again after each event. Permission and validation are the use case's, asked at every read. */
export interface Projection<K extends ChannelName> {
  readonly channel: K;
  /** Events after which the value may be another. Their body is never believed: the value is read again. */
  readonly on: readonly EventName[];
  /** Also read again this often, for values that change without an event. Milliseconds. */
  readonly everyMs?: number;
  read(api: AdminApi, viewer: Viewer, params: Channels[K]['params'], count: EventCount): Promise<Result<Channels[K]['value'], Fault>>;
}
/** How many of the projection's events came since this subscription began. */
export type EventCount = number;
export type AnyProjection = Omit<Projection<ChannelName>, 'read'> & {
  read(api: AdminApi, viewer: Viewer, params: never, count: EventCount): Promise<Result<unknown, Fault>>;
};

export const projection = <K extends ChannelName>(definition: Projection<K>): AnyProjection => definition;

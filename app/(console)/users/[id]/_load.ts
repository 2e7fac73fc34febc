import 'server-only';
import type { Value } from '@/app/_shared/values.ts';
import type { ConsoleViewer } from '@/app/_shared/viewer.ts';
import { type AdminApi, admin } from '@/lib/admin/for-pages.ts';
import type { Fault } from '@/lib/kernel/faults.ts';
import type { Result } from '@/lib/kernel/result.ts';
import { refOf } from '../_parts/words.ts';

export type UserDetail = Value<AdminApi['users']['get']>;

/** The user of this address; null when the address can mean nobody. */
export async function loadUser(viewer: ConsoleViewer, id: string): Promise<Result<UserDetail, Fault> | null> {
  if (!/^\d{1,15}$/.test(id)) return null;
  return admin().users.get(viewer, { user: refOf(Number(id)) });
}

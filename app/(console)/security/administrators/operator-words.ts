import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';

export type OperatorRow = Value<AdminApi['operators']['list']>['items'][number];

/** The use cases take `id:` and the id: user names can change hands, ids cannot. */
export const refOf = ({ id }: { id: string }): string => `id:${id}`;
/** "Ana Ruiz (ana)" or "ana". */
export const calledOperator = ({ name, username }: { name: string; username: string }): string =>
  name ? `${name} (${username})` : username;

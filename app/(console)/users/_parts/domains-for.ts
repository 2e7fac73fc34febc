import 'server-only';
import { type ConsoleViewer, may } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';

export interface DomainChoice {
  readonly domain: string;
  readonly isDefault: boolean;
}

/** The domains to choose from, the default one first; empty when they cannot be read, and then one is typed. */
export async function domainsFor(viewer: ConsoleViewer): Promise<readonly DomainChoice[]> {
  if (!may(viewer, 'domains.read')) return [];
  const found = await admin().domains.list(viewer, {});
  if (!found.ok) return [];
  return found.value.items
    .map(({ domain, isDefault }) => ({ domain, isDefault }))
    .sort((a, b) => Number(b.isDefault) - Number(a.isDefault) || a.domain.localeCompare(b.domain));
}

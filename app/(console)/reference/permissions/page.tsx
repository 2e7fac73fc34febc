import { Check, Minus } from 'lucide-react';
import type { Metadata } from 'next';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { countOf } from '@/lib/ui/format.ts';
import { NoPermission } from '@/lib/ui/patterns/states.tsx';
import { Link } from '@/lib/ui/primitives/link.tsx';
import { ScrollX } from '@/lib/ui/primitives/scroll-x.tsx';
import { type Role, roleOptions, roleWords, sayPermission } from '../../security/_parts/words.ts';
import { ReferenceHeader } from '../reference-header.tsx';

export const metadata: Metadata = { title: 'Permissions' };

const roles = Object.keys(roleWords) as Role[];

export default async function PermissionsPage() {
  const viewer = await requireViewer();
  if (!may(viewer, 'self.read')) return <NoPermission what="see the reference" permission="self.read" />;
  const { permissions, entries } = admin().reference();
  const uses = new Map<string, number>();
  for (const { permission } of entries) uses.set(permission, (uses.get(permission) ?? 0) + 1);
  return (
    <>
      <ReferenceHeader />
      <dl className="mb-4 grid max-w-4xl grid-cols-1 gap-4 md:grid-cols-3">
        {roleOptions.map((role) => (
          <div key={role.value}>
            <dt className="font-medium text-strong">{role.label}</dt>
            <dd className="text-table text-quiet">{role.help}</dd>
          </div>
        ))}
      </dl>
      <ScrollX label="Permissions and roles" className="max-w-4xl rounded-panel border border-soft bg-panel">
        <table className="w-full text-left text-table">
          <caption className="sr-only">Permissions and the roles that hold them</caption>
          <thead>
            <tr className="border-b border-soft text-quiet">
              <th className="px-4 py-2 font-medium">Permission</th>
              {roles.map((role) => (
                <th key={role} className="px-4 py-2 text-center font-medium">
                  {roleWords[role]}
                </th>
              ))}
              <th className="px-4 py-2 font-medium">Needed by</th>
            </tr>
          </thead>
          <tbody>
            {permissions.map((permission) => {
              const { area, verb } = sayPermission(permission.name);
              const count = uses.get(permission.name) ?? 0;
              return (
                <tr key={permission.name} className="border-b border-soft last:border-0">
                  <th scope="row" className="px-4 py-2 font-normal">
                    <span className="block text-strong">
                      {area}: {verb}
                    </span>
                    <span className="block font-mono text-meta text-quiet">{permission.name}</span>
                  </th>
                  {roles.map((role) => (
                    <td key={role} className="px-4 py-2 text-center">
                      {permission.roles.includes(role) ? (
                        <>
                          <Check className="mx-auto size-4 text-ok" aria-hidden="true" />
                          <span className="sr-only">Yes</span>
                        </>
                      ) : (
                        <>
                          <Minus className="mx-auto size-4 text-quiet" aria-hidden="true" />
                          <span className="sr-only">No</span>
                        </>
                      )}
                    </td>
                  ))}
                  <td className="px-4 py-2">
                    {count === 0 ? (
                      <span className="text-quiet">Nothing</span>
                    ) : (
                      <Link href={`/reference?permission=${permission.name}`} className="text-accent underline underline-offset-2">
                        {countOf(count, 'operation')}
                        <span className="sr-only"> by {permission.name}</span>
                      </Link>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollX>
    </>
  );
}

'use client';
import type { Permission } from '@/lib/admin/shared/viewer.ts';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Checkbox } from '@/lib/ui/primitives/choice.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { sayPermission } from './words.ts';

/** Permissions by area, with the names that the reference uses. */
export function PermissionChoice({
  id,
  readOnly = false,
  permissions,
  chosen,
  onChange,
  error,
}: {
  /** Of the field, as problems name it. */
  id: string;
  /** Shown only: nothing can be ticked. */
  readOnly?: boolean;
  permissions: readonly Permission[];
  chosen: ReadonlySet<Permission>;
  onChange: (chosen: ReadonlySet<Permission>) => void;
  error: string | undefined;
}) {
  const areas = new Map<string, Permission[]>();
  for (const permission of permissions) {
    const { area } = sayPermission(permission);
    areas.set(area, [...(areas.get(area) ?? []), permission]);
  }
  const set = (permission: Permission, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(permission);
    else next.delete(permission);
    onChange(next);
  };
  return (
    <Field label="Permissions" id={id} group error={error} help={readOnly ? undefined : 'Only what you may do yourself is offered.'}>
      <div className="mb-3 flex flex-wrap gap-2" hidden={readOnly}>
        <Button size="small" onClick={() => onChange(new Set(permissions.filter((each) => each.endsWith('.read'))))}>
          Choose all that only read
        </Button>
        <Button size="small" look="quiet" onClick={() => onChange(new Set())} disabled={chosen.size === 0}>
          Choose none
        </Button>
      </div>
      <ul className="grid grid-cols-1 gap-x-6 gap-y-4 sm:grid-cols-2">
        {[...areas].map(([area, each]) => (
          <li key={area}>
            <p className="mb-1 text-table font-medium text-quiet">{area}</p>
            <div className="flex flex-col gap-2">
              {each.map((permission) => (
                <Checkbox
                  key={permission}
                  label={
                    <>
                      {upper(sayPermission(permission).verb)} <span className="font-mono text-meta text-quiet">{permission}</span>
                    </>
                  }
                  checked={chosen.has(permission)}
                  disabled={readOnly}
                  onCheckedChange={(on) => set(permission, on)}
                />
              ))}
            </div>
          </li>
        ))}
      </ul>
    </Field>
  );
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

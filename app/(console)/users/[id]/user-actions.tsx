'use client';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import { useShortcut } from '@/lib/ui/hooks/keyboard.tsx';
import { type CommandItem, useCommands } from '@/lib/ui/patterns/command-bar.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Menu } from '@/lib/ui/primitives/menu.tsx';
import type { DomainChoice } from '../_parts/domains-for.ts';
import { PasswordDialog } from '../_parts/password-dialog.tsx';
import { type Asked, enableOne, SwitchDialog } from '../_parts/switch-dialog.tsx';
import { sourceWords } from '../_parts/words.ts';
import type { UserDetail } from './_load.ts';
import { EditDialog } from './edit-dialog.tsx';

/** What can be done with this user: the same acts as buttons, keys and commands. */
export function UserActions({
  user,
  isXmppAdministrator,
  domains,
  may,
}: {
  user: UserDetail['user'];
  isXmppAdministrator: boolean;
  domains: readonly DomainChoice[];
  may: { readonly write: boolean; readonly password: boolean; readonly settings: boolean };
}) {
  const router = useRouter();
  const [editing, setEditing] = useState(false);
  const [password, setPassword] = useState(false);
  const [asked, setAsked] = useState<Asked['what']>('disable');
  const [asking, setAsking] = useState(false);
  const ask = (what: Asked['what']) => {
    setAsked(what);
    setAsking(true);
  };
  const refresh = () => router.refresh();
  const done = (what: Asked['what']) => (what === 'delete' ? router.push('/users') : refresh());
  useShortcut('e', 'Edit the user', () => setEditing(true), { enabled: may.write });
  const { write, password: mayPassword } = may;
  const { userId, source } = user;
  // People of a call manager have their password here.
  const hasPasswordHere = source !== 'ldap';
  const commands = useMemo<readonly CommandItem[]>(
    () => [
      ...(write ? [{ id: 'edit-user', label: `Edit ${userId}`, group: 'Actions', run: () => setEditing(true) }] : []),
      ...(mayPassword && hasPasswordHere
        ? [{ id: 'set-password', label: `Set a password for ${userId}`, group: 'Actions', run: () => setPassword(true) }]
        : []),
    ],
    [write, mayPassword, hasPasswordHere, userId],
  );
  useCommands(commands);
  return (
    <>
      {mayPassword ? (
        <Button
          onClick={() => setPassword(true)}
          disabled={!hasPasswordHere}
          {...(hasPasswordHere ? {} : { title: `Kept in: ${sourceWords[source]}. Set it there.` })}
        >
          Set a password
        </Button>
      ) : null}
      {write ? (
        <>
          <Button onClick={() => setEditing(true)}>Edit the user</Button>
          <Menu
            trigger={<Button>More</Button>}
            items={[
              user.enabled
                ? { label: 'Disable the user', onSelect: () => ask('disable') }
                : { label: 'Enable the user', onSelect: () => void enableOne(user, refresh) },
              { kind: 'line' },
              { label: 'Delete the user', danger: true, onSelect: () => ask('delete') },
            ]}
          />
        </>
      ) : null}
      <SwitchDialog asked={{ what: asked, user }} open={asking} onOpenChange={setAsking} onDone={done} />
      <PasswordDialog user={password ? user : null} onClose={() => setPassword(false)} onDone={refresh} />
      {editing ? (
        <EditDialog
          user={user}
          isXmppAdministrator={isXmppAdministrator}
          domains={domains}
          maySetAdmin={may.settings}
          onClose={() => setEditing(false)}
          onDone={refresh}
        />
      ) : null}
    </>
  );
}

'use client';
import { useMemo, useState } from 'react';
import { type CommandItem, useCommands } from '@/lib/ui/patterns/command-bar.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { deleteMotd, deleteWelcome, setMotd, setWelcome } from './actions.ts';
import { NoticeCard, type NoticeView } from './notice-card.tsx';
import { SendCard } from './send-card.tsx';

export function AnnouncementsView({
  motd,
  welcome,
  domains,
  mayWrite,
}: {
  motd: NoticeView | null;
  welcome: NoticeView | null;
  domains: readonly string[];
  mayWrite: boolean;
}) {
  /** Which card's text has the focus next; counts, so that the same may be asked for twice. */
  const [focus, setFocus] = useState<{ card: 'send' | 'motd'; turn: number }>({ card: 'send', turn: 0 });
  const commands = useMemo<readonly CommandItem[]>(
    () =>
      mayWrite
        ? [
            {
              id: 'announce',
              label: 'Write an announcement',
              group: 'Actions',
              run: () => setFocus((was) => ({ card: 'send', turn: was.turn + 1 })),
            },
            {
              id: 'motd',
              label: 'Write a message of the day',
              group: 'Actions',
              run: () => setFocus((was) => ({ card: 'motd', turn: was.turn + 1 })),
            },
          ]
        : [],
    [mayWrite],
  );
  useCommands(commands);
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      {mayWrite ? null : <Banner tone="info">Your role can see announcements but not send them. An administrator or operator can.</Banner>}
      {mayWrite ? <SendCard domains={domains} focusTurn={focus.card === 'send' ? focus.turn : 0} /> : null}
      <NoticeCard
        id="motd"
        title="Message of the day"
        purpose="Everyone is told it once, at the first device that signs in after it was set."
        notice={motd}
        mayWrite={mayWrite}
        offersTelling
        focusTurn={focus.card === 'motd' ? focus.turn : 0}
        save={(text, tell) => setMotd({ ...text, tell })}
        remove={() => deleteMotd({})}
        none="There is no message of the day."
        removeEffect="Nobody is told it any more. Who has it keeps it."
      />
      <NoticeCard
        id="welcome"
        title="Welcome message"
        purpose="People whose accounts are made after it was set get it at their first sign-in."
        notice={welcome}
        mayWrite={mayWrite}
        focusTurn={0}
        save={(text) => setWelcome(text)}
        remove={() => deleteWelcome({})}
        none="New people are not greeted."
        removeEffect="New people are no longer greeted."
      />
    </div>
  );
}

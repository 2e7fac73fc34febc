'use client';
import { useMemo } from 'react';
import type { RoomDetail } from '@/lib/admin/rooms/outputs.ts';
import { useLive } from '@/lib/live/client.ts';
import { countOf } from '@/lib/ui/format.ts';
import { Columns } from '@/lib/ui/patterns/page-header.tsx';
import { Quiet, StaleBanner } from '@/lib/ui/patterns/states.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';

/** What there is to know of a room at a glance, as it changes. */
export function RoomFacts({ initial }: { initial: RoomDetail }) {
  const params = useMemo(() => ({ room: initial.room.address }), [initial.room.address]);
  const { value, freshness, since, refused } = useLive('room', initial, params);
  const { room, subject, counts, settings, archive } = value;
  return (
    <>
      <StaleBanner stale={freshness === 'stale'} since={since} />
      {refused === null ? null : (
        <Banner
          tone="notice"
          title="This room is gone"
          action={
            <ButtonLink href="/messaging/rooms" size="small">
              Go to the rooms
            </ButtonLink>
          }
        >
          What you see is the last known state.
        </Banner>
      )}
      {value.locked ? (
        <Banner tone="notice" title="Not configured yet">
          The client that made this room has not configured it: nobody else can enter until then.
        </Banner>
      ) : null}
      <Quiet when={freshness === 'stale' || refused !== null}>
        <Columns>
          <Card title="Room">
            <KeyValueList
              items={[
                { label: 'Description', value: room.description },
                {
                  label: 'Subject',
                  value: subject === null || subject.text === '' ? null : <span className="whitespace-pre-wrap">{subject.text}</span>,
                  ...(subject === null || subject.text === ''
                    ? {}
                    : { help: subject.by === '' ? 'Set by an administrator.' : `Set by ${subject.by}.` }),
                },
                { label: 'People inside', value: countOf(room.occupants, 'person', 'people') },
                {
                  label: 'Belong to it',
                  value: `${countOf(counts.owners, 'owner')}, ${countOf(counts.admins, 'administrator')}, ${countOf(counts.members, 'member')}`,
                  ...(counts.outcasts > 0 ? { help: `${countOf(counts.outcasts, 'outcast')} cannot enter.` } : {}),
                },
              ]}
            />
          </Card>
          <Card title="How it is kept">
            <KeyValueList
              items={[
                {
                  label: 'Kind',
                  value: room.persistent ? 'Persistent: stays when everybody has left' : 'Ad hoc: vanishes with its last occupant',
                },
                {
                  label: 'Messages',
                  value:
                    archive === null ? (
                      settings.archived && room.persistent ? (
                        'Kept; there are none yet'
                      ) : (
                        'Not kept'
                      )
                    ) : (
                      <>
                        Kept from <RelativeTime at={archive.firstAt} /> to <RelativeTime at={archive.lastAt} />
                      </>
                    ),
                },
                {
                  label: 'Addresses behind nicknames',
                  value: settings.whois === 'anyone' ? 'Everybody inside sees them' : 'Only moderators see them',
                },
                { label: 'Created', value: <RelativeTime at={room.createdAt} /> },
                {
                  label: 'Created by',
                  value: room.createdBy === '' ? null : room.createdBy.includes('@') ? <Jid jid={room.createdBy} /> : room.createdBy,
                },
              ]}
            />
          </Card>
        </Columns>
      </Quiet>
    </>
  );
}

import type { Metadata } from 'next';
import { may } from '@/app/_shared/viewer.ts';
import { Reading } from '@/lib/ui/patterns/page-header.tsx';
import { RoomFrame, type RoomParams } from '../room-frame.tsx';
import { ConfigurationForm } from './configuration-form.tsx';

export const metadata: Metadata = { title: 'Configuration of a room' };

export default function RoomConfigurationPage({ params }: { params: RoomParams }) {
  return (
    <RoomFrame params={params}>
      {(detail, viewer) => (
        <Reading>
          <ConfigurationForm
            room={detail.room.address}
            stored={detail.settings}
            version={detail.version}
            occupants={detail.room.occupants}
            mayWrite={may(viewer, 'rooms.write')}
          />
        </Reading>
      )}
    </RoomFrame>
  );
}

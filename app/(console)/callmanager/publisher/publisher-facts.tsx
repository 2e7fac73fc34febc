import type { StatusView } from '@/lib/admin/callmanager/outputs.ts';
import { EmptyState } from '@/lib/ui/patterns/states.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';

/** For those who may look and not change. */
export function PublisherFacts({ publisher }: { publisher: StatusView['publisher'] }) {
  if (publisher === null) return <EmptyState title="No call manager yet">An administrator can enter its address here.</EmptyState>;
  return (
    <>
      <Banner tone="info">Your role can see the call manager but not change it.</Banner>
      <Card title="Publisher">
        <KeyValueList
          items={[
            { label: 'Address', value: `${publisher.host}:${publisher.port}` },
            { label: 'AXL user', value: publisher.username },
            { label: 'By schedule', value: publisher.enabled ? 'On' : 'Off' },
            {
              label: 'Trusted by',
              value: publisher.authorities.length === 0 ? 'Public authorities' : publisher.authorities.map((one) => one.subject).join('; '),
            },
          ]}
        />
      </Card>
    </>
  );
}

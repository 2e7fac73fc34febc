import type { NodeView } from '@/lib/admin/pubsub/outputs.ts';
import { countOf, formatBytes } from '@/lib/ui/format.ts';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { accessWords, lastWords, publishWords } from '../words.ts';

/** Lists on the page are for a look; the whole list is in the command line and REST. */
const SHOWN = 100;

function Addresses({ rows, none }: { rows: readonly { address: string; word: string }[]; none: string }) {
  if (rows.length === 0) return <p className="text-quiet">{none}</p>;
  return (
    <ul className="max-h-60 overflow-y-auto text-table">
      {rows.slice(0, SHOWN).map((row) => (
        <li key={row.address} className="flex flex-wrap gap-x-3 py-0.5">
          <CopyText text={row.address} label="address" />
          <span className="text-quiet">{row.word}</span>
        </li>
      ))}
      {rows.length > SHOWN ? <li className="py-0.5 text-quiet">and {rows.length - SHOWN} more</li> : null}
    </ul>
  );
}

export function NodeFacts({ node }: { node: NodeView }) {
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Card title="Configuration">
        <KeyValueList
          items={[
            { label: 'Name', value: <CopyText text={node.node} label="name of the node" /> },
            { label: 'Description', value: node.description },
            { label: 'Who may read', value: accessWords[node.accessModel] },
            ...(node.accessModel === 'roster' ? [{ label: 'Groups', value: node.rosterGroups.join(', ') }] : []),
            { label: 'Who may publish', value: publishWords[node.publishModel] },
            {
              label: 'Items kept',
              value: node.persistItems ? (node.maxItems === 0 ? 'As many as allowed' : countOf(node.maxItems, 'item')) : 'None',
            },
            { label: 'Items expire', value: node.itemExpire === 0 ? 'Never' : `After ${countOf(node.itemExpire, 'second')}` },
            { label: 'Newest item is sent', value: lastWords[node.sendLast] },
            { label: 'Holds', value: `${countOf(node.items, 'item')}, ${formatBytes(node.bytes)}` },
            { label: 'Made', value: <RelativeTime at={node.createdAt} /> },
            { label: 'Made by', value: <CopyText text={node.creator} label="address" /> },
          ]}
        />
      </Card>
      <div className="flex flex-col gap-4">
        <Card title="Who has a part in it">
          <Addresses
            rows={node.affiliations.map(({ address, affiliation }) => ({ address, word: affiliation }))}
            none={node.kind === 'person' ? 'The owner only.' : 'Nobody.'}
          />
        </Card>
        <Card
          title="Subscriptions"
          purpose={node.kind === 'person' ? 'Contacts are notified by their presence and need no subscription.' : undefined}
        >
          <Addresses
            rows={node.subscriptions.map(({ address, state, notified }) => ({
              address,
              word: state === 'pending' ? 'waits for approval' : notified ? 'subscribed' : 'subscribed, not notified',
            }))}
            none="None."
          />
        </Card>
      </div>
    </div>
  );
}

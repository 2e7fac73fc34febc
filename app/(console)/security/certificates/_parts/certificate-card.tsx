'use client';
import { useState } from 'react';
import { countOf, formatDate } from '@/lib/ui/format.ts';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { CopyText, Jid } from '@/lib/ui/primitives/copy-text.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { Menu, type MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { RelativeTime } from '@/lib/ui/primitives/relative-time.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';
import { ReplaceDialog, type Replacing } from './replace-dialog.tsx';
import { RequestDialog } from './request-dialog.tsx';
import { saveText } from './save-text.ts';
import { audienceOf, type CertificateView, healthOf, oneLine, sayKey } from './words.ts';

/** Everything about the certificate of one use: is it healthy, what is it, what can be done. */
export function CertificateCard({ certificate, mayWrite }: { certificate: CertificateView; mayWrite: boolean }) {
  const { use, request, previous } = certificate;
  const [asking, setAsking] = useState<Replacing | null>(null);
  const [requesting, setRequesting] = useState(false);
  const health = healthOf(certificate);
  const more: MenuItem[] = [
    { label: 'Download the certificate chain', onSelect: () => saveText(`${use}-chain.pem`, certificate.chainPem) },
    ...(mayWrite
      ? ([
          { kind: 'line' },
          { label: 'Make a new self-signed certificate', onSelect: () => setAsking('regenerate') },
          {
            label: 'Return to the earlier certificate',
            onSelect: () => setAsking('revert'),
            ...(previous ? {} : { disabled: true, why: 'There is none.' }),
          },
        ] satisfies MenuItem[])
      : []),
  ];
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {certificate.title}
          <StatusBadge status={health.status} word={health.word} />
        </span>
      }
      purpose={`Shown to ${audienceOf[use]}.`}
      action={
        <span className="flex flex-wrap gap-2">
          {mayWrite ? (
            <>
              <ButtonLink size="small" href={`/security/certificates/${use}/upload`}>
                Upload a certificate<span className="sr-only"> for {certificate.title}</span>
              </ButtonLink>
              <Button size="small" onClick={() => setRequesting(true)}>
                Make a request<span className="sr-only"> for {certificate.title}</span>
              </Button>
            </>
          ) : null}
          <Menu
            trigger={
              <Button size="small" look="quiet" aria-label={`More for ${certificate.title}`}>
                More
              </Button>
            }
            items={more}
          />
        </span>
      }
    >
      <div className="flex flex-col gap-4">
        <Warnings certificate={certificate} />
        {request ? <WaitingRequest use={use} request={request} mayWrite={mayWrite} /> : null}
        <KeyValueList
          items={[
            { label: 'Subject', value: oneLine(certificate.subject) },
            { label: 'Names', value: <Names names={certificate.names} /> },
            { label: 'Issuer', value: certificate.selfSigned ? 'Itself' : oneLine(certificate.issuer) },
            {
              label: 'Valid',
              value: `${formatDate(certificate.notBefore)} to ${formatDate(certificate.notAfter)}, ${
                certificate.daysLeft < 0
                  ? `ended ${countOf(-certificate.daysLeft, 'day')} ago`
                  : `${countOf(certificate.daysLeft, 'day')} left`
              }`,
            },
            { label: 'Key', value: `${sayKey(certificate.keyType)}, signed with ${certificate.signatureHash.toUpperCase()}` },
            {
              label: 'SHA-256 fingerprint',
              value: <CopyText text={certificate.fingerprint} label="fingerprint" plain className="font-mono text-table" />,
            },
            { label: 'Serial number', value: <span className="font-mono text-table">{certificate.serial}</span> },
            { label: 'Chain', value: <Chain chain={certificate.chain} selfSigned={certificate.selfSigned} /> },
            {
              label: 'Earlier certificate',
              value: previous ? `${oneLine(previous.subject)}, by ${oneLine(previous.issuer)}, ends ${formatDate(previous.notAfter)}` : '',
            },
          ]}
        />
      </div>
      {mayWrite ? (
        <>
          <ReplaceDialog certificate={certificate} asking={asking} onClose={() => setAsking(null)} />
          <RequestDialog certificate={certificate} open={requesting} onOpenChange={setRequesting} />
        </>
      ) : null}
    </Card>
  );
}

function Warnings({ certificate }: { certificate: CertificateView }) {
  const { missingNames, selfSigned, daysLeft, use } = certificate;
  return (
    <>
      {daysLeft < 0 ? (
        <Banner tone="fault" title="This certificate has ended">
          Clients warn or refuse to connect. Upload a new one.
        </Banner>
      ) : null}
      {missingNames.length > 0 ? (
        <Banner tone="warn" title={`It lacks ${countOf(missingNames.length, 'name')} in use`}>
          <span className="font-mono text-table">{missingNames.join(', ')}</span>. Clients that connect to{' '}
          {missingNames.length === 1 ? 'it' : 'them'} warn or refuse.
        </Banner>
      ) : null}
      {selfSigned ? (
        <Banner tone="notice">
          No authority vouches for it, so{' '}
          {use === 'xmpp' ? 'chat clients ask people to trust it by its fingerprint' : 'browsers show a warning'}. Make a request, have it
          signed, and upload the answer.
        </Banner>
      ) : null}
    </>
  );
}

function WaitingRequest({
  use,
  request,
  mayWrite,
}: {
  use: CertificateView['use'];
  request: NonNullable<CertificateView['request']>;
  mayWrite: boolean;
}) {
  return (
    <Banner
      tone="info"
      title="A request waits for its certificate"
      action={
        <span className="flex flex-wrap gap-2">
          <Button size="small" onClick={() => saveText(`${use}-request.csr`, request.pem)}>
            Download the request
          </Button>
          {mayWrite ? (
            <ButtonLink size="small" href={`/security/certificates/${use}/upload`}>
              Upload the answer
            </ButtonLink>
          ) : null}
        </span>
      }
    >
      Made <RelativeTime at={request.createdAt} />. Give it to a certificate authority. Its key stays on the server.
    </Banner>
  );
}

function Names({ names }: { names: CertificateView['names'] }) {
  const groups = [
    { kind: 'Host names', values: names.dns },
    { kind: 'Addresses', values: names.ip },
    { kind: 'Services', values: names.srv },
    { kind: 'XMPP addresses', values: names.xmpp },
  ].filter((group) => group.values.length > 0);
  if (groups.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1">
      {groups.map((group) => (
        <li key={group.kind}>
          <span className="text-quiet">{group.kind}: </span>
          {group.values.map((value, index) => (
            <span key={value}>
              <Jid jid={value} />
              {index < group.values.length - 1 ? ', ' : ''}
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

function Chain({ chain, selfSigned }: { chain: CertificateView['chain']; selfSigned: boolean }) {
  if (chain.length === 0) return selfSigned ? 'Only itself' : 'Only the certificate; clients must know its issuer';
  return (
    <ol className="list-decimal pl-5">
      {chain.map((each) => (
        <li key={each.fingerprint}>
          {oneLine(each.subject)}
          <span className="text-quiet">, ends {formatDate(each.notAfter)}</span>
        </li>
      ))}
    </ol>
  );
}

import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { factsOf } from '@/app/_shared/request-facts.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { Reading } from '@/lib/ui/patterns/page-header.tsx';
import { NoPermission } from '@/lib/ui/patterns/states.tsx';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { Code, Command } from '@/lib/ui/primitives/code.tsx';
import { ReferenceHeader } from '../reference-header.tsx';

export const metadata: Metadata = { title: 'First steps with REST and the command line' };

export default async function FirstStepsPage() {
  const viewer = await requireViewer();
  if (!may(viewer, 'self.read')) return <NoPermission what="see the reference" permission="self.read" />;
  const { secure, host } = factsOf(await headers());
  const base = `${secure ? 'https' : 'http'}://${host}`;
  return (
    <>
      <ReferenceHeader />
      <Reading>
        <Card
          title="REST"
          action={
            may(viewer, 'tokens.write') ? (
              <ButtonLink size="small" href="/security/tokens/new">
                Make a token
              </ButtonLink>
            ) : undefined
          }
        >
          <div className="flex flex-col gap-3">
            <p>
              A program sends its token with every request. What it may do follows from the permissions of the token, and what it changes
              stands in the audit under the token's name.
            </p>
            <Command text={`curl -H "Authorization: Bearer $TOKEN" ${base}/api/v1/users?limit=10`} />
            <p>Changes send JSON. All fields of an operation are checked before anything is done.</p>
            <Command
              text={`curl -X POST -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '{"domain":"example.org"}' ${base}/api/v1/domains`}
            />
          </div>
        </Card>
        <Card title="Pages of a list">
          <p>
            Long lists answer with <Code>items</Code> and <Code>next</Code>. Send <Code>next</Code> as <Code>cursor</Code> to get the page
            that follows; it is <Code>null</Code> on the last one. <Code>limit</Code> says how many at once, 500 at most.
          </p>
        </Card>
        <Card title="Errors">
          <div className="flex flex-col gap-3">
            <p>
              A refusal is a problem document (RFC 9457, <Code>application/problem+json</Code>): <Code>detail</Code> says in a sentence what
              happened and what to do, <Code>code</Code> is what a program decides by, <Code>fields</Code> names the inputs that are wrong,
              and <Code>trace</Code> finds it in the log.
            </p>
            <p>
              At most 50 requests a second are answered for each token; more get status 429 with <Code>Retry-After</Code>. One export at a
              time runs for each person or token.
            </p>
          </div>
        </Card>
        <Card title="Command line">
          <div className="flex flex-col gap-3">
            <p>
              On the machine of the server, as the user it runs as, <Code>rollcall</Code> reaches it without a password. Each command has
              the same permissions, checks and audit as its button here.
            </p>
            <Command text="rollcall --help" />
            <Command text="rollcall users list --json" />
          </div>
        </Card>
        <Card title="Monitoring">
          <div className="flex flex-col gap-3">
            <p>
              <Code>/health/live</Code> answers while the process runs, <Code>/health/ready</Code> when it takes sessions; with status 503
              it says why not. <Code>/metrics</Code> is for Prometheus: open on the machine itself, from elsewhere with a token that has{' '}
              <Code>diagnostics.read</Code>.
            </p>
            <Command text={`curl ${base}/health/ready`} />
          </div>
        </Card>
      </Reading>
    </>
  );
}

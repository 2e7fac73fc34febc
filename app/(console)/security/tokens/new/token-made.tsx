'use client';
import { useEffect, useRef, useState } from 'react';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { Command } from '@/lib/ui/primitives/code.tsx';
import { CopyText } from '@/lib/ui/primitives/copy-text.tsx';
import type { MadeToken } from './token-form.tsx';

/** The one time that the secret is seen. */
export function TokenMade({ made, examples }: { made: MadeToken; examples: Readonly<Record<string, string>> }) {
  const heading = useRef<HTMLDivElement>(null);
  const [origin, setOrigin] = useState('');
  useEffect(() => {
    setOrigin(window.location.origin);
    heading.current?.focus();
  }, []);
  const { token, secret } = made;
  const path = token.scopes.map((scope) => examples[scope]).find((each) => each !== undefined);
  return (
    <div ref={heading} tabIndex={-1} className="flex flex-col gap-4 outline-none">
      <Banner tone="notice" title="Copy the secret now">
        It is shown this once; the server keeps only a hash of it. If it is lost, revoke the token and make another.
      </Banner>
      <Card title={token.name} purpose="Goes into the program, never into a mail or a chat.">
        <div className="rounded-control border border-soft bg-sunken px-3 py-2 text-strong">
          <CopyText text={secret} label="secret" className="flex justify-between" />
        </div>
      </Card>
      {path === undefined ? null : (
        <Card title="Try it" purpose="From any machine that reaches this console.">
          <Command text={`curl -H 'Authorization: Bearer ${secret}' ${origin}${path}`} />
        </Card>
      )}
      <div className="flex flex-wrap gap-2">
        <ButtonLink href="/security/tokens" look="primary">
          I have copied the secret
        </ButtonLink>
        <ButtonLink href="/reference/start" look="quiet">
          How to use it
        </ButtonLink>
      </div>
    </div>
  );
}

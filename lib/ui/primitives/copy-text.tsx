'use client';
import { Check, Copy } from 'lucide-react';
import { Fragment, useEffect, useState } from 'react';
import { cn } from '../cn.ts';

/** An address in mono type that may wrap after `@` and `/` and nowhere inside the local part. */
export function Jid({ jid, className }: { jid: string; className?: string }) {
  const parts = jid.split(/(?<=[@/])/);
  return (
    <span className={cn('font-mono text-[0.93em] wrap-break-word', className)}>
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text
        <Fragment key={index}>
          {part}
          {index < parts.length - 1 ? <wbr /> : null}
        </Fragment>
      ))}
    </span>
  );
}

/** A text with a button that copies it: JIDs, fingerprints, ids, commands. */
export function CopyText({
  text,
  label,
  plain,
  className,
}: {
  text: string /** What it is: "JID". */;
  label: string;
  plain?: boolean;
  className?: string;
}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Clipboard access is refused on plain http outside loopback: the text stays selectable.
    }
  };
  return (
    <span className={cn('inline-flex max-w-full items-start gap-1', className)}>
      {plain ? <span className="min-w-0 wrap-anywhere">{text}</span> : <Jid jid={text} className="min-w-0" />}
      <button
        type="button"
        onClick={copy}
        aria-label={`Copy ${label}`}
        className="-my-0.5 flex size-6 shrink-0 items-center justify-center rounded-control text-quiet hover:bg-sunken hover:text-strong"
      >
        {copied ? <Check className="size-3.5 text-ok" aria-hidden="true" /> : <Copy className="size-3.5" aria-hidden="true" />}
      </button>
      <span role="status" className="sr-only">
        {copied ? `${label} copied` : ''}
      </span>
    </span>
  );
}

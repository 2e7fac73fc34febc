'use client';
import { useEffect, useRef } from 'react';

/** On top of a form after a failed save: every problem, linked to its field. Takes the focus so that it is read. */
export function ErrorSummary({
  message,
  problems,
}: {
  message: string;
  problems: readonly { id: string; label: string; problem: string }[];
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.focus();
  }, []);
  return (
    <div ref={box} role="alert" tabIndex={-1} data-edge className="rounded-panel bg-fault-tint px-4 py-3 text-body text-strong">
      <p className="font-semibold">{message}</p>
      {problems.length > 0 ? (
        <ul className="mt-1 list-disc pl-5">
          {problems.map((each) => (
            <li key={each.id}>
              <a href={`#${each.id}`} className="text-fault underline underline-offset-2" onClick={(event) => focusField(event, each.id)}>
                {each.label}
              </a>
              : {each.problem}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function focusField(event: React.MouseEvent, id: string): void {
  const field = document.getElementById(id);
  if (!field) return;
  event.preventDefault();
  field.scrollIntoView({ block: 'center' });
  field.focus();
}

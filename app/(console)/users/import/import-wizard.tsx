'use client';
import { useState, useTransition } from 'react';
import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import type { JobView } from '@/lib/admin/jobs/outputs.ts';
import { Reading, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { useLeaveQuestion } from '@/lib/ui/patterns/save-bar.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { withPlainBreaks } from './csv-rows.ts';
import { ImportProgress } from './import-progress.tsx';
import { ImportReview } from './import-review.tsx';
import { ImportSource } from './import-source.tsx';
import { sendCsv } from './send-csv.ts';

export type ImportPreview = Value<AdminApi['users']['previewImport']>;
/** The file is kept here, in the browser: it holds passwords, and the rows that fail are given back from it. */
type Step =
  | { readonly is: 'source' }
  | { readonly is: 'review'; readonly csv: string; readonly name: string; readonly preview: ImportPreview }
  | { readonly is: 'job'; readonly csv: string; readonly name: string; readonly job: JobView };

/** Choose → check → import → results. */
export function ImportWizard({ token }: { token: string }) {
  const [step, setStep] = useState<Step>({ is: 'source' });
  const [problem, setProblem] = useState<{ message: string; trace: string | null } | null>(null);
  const [busy, start] = useTransition();
  useLeaveQuestion(step.is === 'review');

  const check = (text: string, name: string) =>
    start(async () => {
      const csv = withPlainBreaks(text);
      const sent = await sendCsv<ImportPreview>('/users/import/preview', csv, token);
      setProblem(sent.ok ? null : sent);
      if (sent.ok) setStep({ is: 'review', csv, name, preview: sent.value });
    });
  const run = (csv: string, name: string) =>
    start(async () => {
      const sent = await sendCsv<JobView>('/users/import', csv, token);
      setProblem(sent.ok ? null : sent);
      if (sent.ok) setStep({ is: 'job', csv, name, job: sent.value });
    });
  const again = () => {
    setProblem(null);
    setStep({ is: 'source' });
  };
  const failure = problem ? (
    <Banner tone="fault" title={step.is === 'source' ? 'The file could not be checked' : 'The import did not begin'}>
      {problem.message}
      {problem.trace ? <span className="block text-table text-quiet">Trace {problem.trace}</span> : null}
    </Banner>
  ) : null;
  switch (step.is) {
    case 'source':
      return (
        <Reading>
          {failure}
          <ImportSource busy={busy} onCheck={check} />
        </Reading>
      );
    case 'review':
      return (
        <Stack>
          {failure}
          <ImportReview
            preview={step.preview}
            csv={step.csv}
            name={step.name}
            busy={busy}
            onBack={again}
            onImport={() => run(step.csv, step.name)}
          />
        </Stack>
      );
    case 'job':
      return <ImportProgress initial={step.job} csv={step.csv} name={step.name} onAgain={again} />;
  }
}

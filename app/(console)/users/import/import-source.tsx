'use client';
import { useState } from 'react';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button } from '@/lib/ui/primitives/button.tsx';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { Code, CodeBlock } from '@/lib/ui/primitives/code.tsx';
import { Field } from '@/lib/ui/primitives/field.tsx';
import { FileDrop } from '@/lib/ui/primitives/file-drop.tsx';
import { Textarea } from '@/lib/ui/primitives/input.tsx';
import { Tabs } from '@/lib/ui/primitives/tabs.tsx';
import { maxBytes } from './send-csv.ts';

const example = `userId,name,mail,domain,password,enabled
anna,Anna Lopez,anna@example.com,example.com,a long pass phrase,true
bob,Bob Meyer,,,another long one,true
carla,Carla Rossi,,,,false`;
const columns: readonly { name: string; says: string }[] = [
  { name: 'userId', says: 'required; what the person types at sign-in' },
  { name: 'name', says: 'full name' },
  { name: 'mail', says: 'mail address' },
  { name: 'domain', says: 'IM domain; the default domain when empty' },
  { name: 'password', says: 'at least 8 characters; without one nobody can sign in before it is set' },
  { name: 'enabled', says: 'true or false; true when empty' },
];

/** A file that is dropped or chosen, or text that is pasted. */
export function ImportSource({ busy, onCheck }: { busy: boolean; onCheck: (csv: string, name: string) => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [pasted, setPasted] = useState('');
  const [from, setFrom] = useState('file');
  const [problem, setProblem] = useState<string | null>(null);
  const [reading, setReading] = useState(false);
  const check = async () => {
    setProblem(null);
    if (from === 'paste') {
      if (pasted.trim() === '') return setProblem('Paste the lines of the file, with the names of the columns first.');
      return onCheck(pasted, 'pasted text');
    }
    if (!file) return setProblem('Choose a file first.');
    setReading(true);
    try {
      const text = await file.text();
      if (text.includes('\ufffd'))
        return setProblem('This file is not in UTF-8: some letters would be lost. Save it again as "CSV UTF-8" and choose it anew.');
      onCheck(text, file.name);
    } catch {
      setProblem('The file could not be read. It may have been moved or changed; choose it again.');
    } finally {
      setReading(false);
    }
  };
  return (
    <>
      {problem ? <Banner tone="fault">{problem}</Banner> : null}
      <Card title="The file">
        <Tabs
          label="Where the rows come from"
          value={from}
          onValueChange={setFrom}
          tabs={[
            {
              id: 'file',
              label: 'From a file',
              body: (
                <FileDrop
                  label="Drop a CSV file here, or choose one"
                  help="Up to 100,000 users."
                  accept=".csv,text/csv"
                  maxBytes={maxBytes}
                  file={file}
                  onFile={setFile}
                />
              ),
            },
            {
              id: 'paste',
              label: 'Pasted text',
              body: (
                <Field label="Lines of the file" help="The first line names the columns.">
                  <Textarea
                    mono
                    rows={10}
                    value={pasted}
                    onChange={(event) => setPasted(event.target.value)}
                    placeholder={example.split('\n').slice(0, 2).join('\n')}
                    spellCheck={false}
                    autoComplete="off"
                  />
                </Field>
              ),
            },
          ]}
        />
        <div className="mt-4">
          <Button look="primary" onClick={() => void check()} busy={busy || reading} busyLabel="Checking every row…">
            Check the rows
          </Button>
        </div>
      </Card>
      <Card
        title="What the file must look like"
        purpose="Comma-separated, in UTF-8, with the names of the columns in the first line. Columns may be left out and stand in any order."
      >
        <div className="flex flex-col gap-3">
          <CodeBlock label="Example of a file" text={example} />
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-table">
            {columns.map(({ name, says }) => (
              <div key={name} className="contents">
                <dt>
                  <Code>{name}</Code>
                </dt>
                <dd className="text-ink">{says}</dd>
              </div>
            ))}
          </dl>
          <p className="text-table text-quiet">An export of users has these columns, without the passwords, which nobody can read back.</p>
        </div>
      </Card>
    </>
  );
}

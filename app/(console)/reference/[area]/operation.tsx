import type { AdminApi } from '@/lib/admin/api.ts';
import { Badge } from '@/lib/ui/primitives/badge.tsx';
import { CodeBlock, Command } from '@/lib/ui/primitives/code.tsx';
import { KeyValueList } from '@/lib/ui/primitives/key-value-list.tsx';
import { ScrollX } from '@/lib/ui/primitives/scroll-x.tsx';
import { type Role, roleWords } from '../../security/_parts/words.ts';
import { kindWords } from '../words.ts';

type Entry = ReturnType<AdminApi['reference']>['entries'][number];
type Input = Entry['input'][number];

const whereWords = { path: 'Path', query: 'Query', body: 'Body' } as const;
const sayRole = (role: string): string => roleWords[role as Role] ?? role;

/** One operation with all its faces. */
export function Operation({ entry, roles }: { entry: Entry; roles: readonly string[] }) {
  const { rest, cli } = entry;
  return (
    <section
      id={entry.id}
      aria-labelledby={`${entry.id}-title`}
      className="scroll-mt-16 rounded-panel border border-soft bg-panel p-4 sm:p-6"
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 id={`${entry.id}-title`} className="text-card">
          {entry.title}
        </h2>
        <Badge tone={entry.kind === 'read' ? 'idle' : 'info'}>{kindWords[entry.kind]}</Badge>
      </div>
      <p className="mt-1">{entry.summary}</p>
      <div className="mt-4 flex flex-col gap-4">
        <KeyValueList
          items={[
            {
              label: 'Permission',
              value: (
                <>
                  <span className="font-mono text-table">{entry.permission}</span>
                  <span className="text-quiet">, held by {roles.map(sayRole).join(', ')}</span>
                </>
              ),
            },
            {
              label: 'REST',
              value:
                'none' in rest ? (
                  <span className="text-quiet">{rest.none}</span>
                ) : (
                  <span className="font-mono text-table wrap-anywhere">
                    <strong>{rest.method}</strong> {rest.path}
                  </span>
                ),
            },
            ...('none' in rest
              ? []
              : [
                  ...(rest.body && rest.body !== 'application/json' ? [{ label: 'Sent as', value: rest.body }] : []),
                  ...(rest.produces === 'application/json' ? [] : [{ label: 'Answers with', value: rest.produces }]),
                ]),
          ]}
        />
        <div>
          <h3 className="mb-1 text-table font-medium text-quiet">Command line</h3>
          {'none' in cli ? (
            <p className="text-quiet">{cli.none}</p>
          ) : (
            <div className="flex flex-col gap-2">
              <Command text={cli.usage} />
              {cli.examples.map((example) => (
                <Command key={example} text={example} />
              ))}
            </div>
          )}
        </div>
        {entry.input.length > 0 ? <InputTable id={entry.id} input={entry.input} /> : null}
        <details className="text-body">
          <summary className="inline-block min-h-6 cursor-pointer rounded-[2px] text-accent">
            What it answers, as JSON Schema<span className="sr-only">: {entry.title}</span>
          </summary>
          <CodeBlock label={`Answer of ${entry.title}`} text={JSON.stringify(entry.output, null, 2)} className="mt-2" />
        </details>
      </div>
    </section>
  );
}

const InputTable = ({ id, input }: { id: string; input: readonly Input[] }) => (
  <ScrollX label={`Input of ${id}`}>
    <table className="w-full min-w-[32rem] text-left text-table" aria-label={`Input of ${id}`}>
      <thead>
        <tr className="border-b border-soft text-quiet">
          <th className="py-2 pr-4 font-medium">Input</th>
          <th className="py-2 pr-4 font-medium">Type</th>
          <th className="py-2 pr-4 font-medium">Where</th>
          <th className="py-2 font-medium">What it means</th>
        </tr>
      </thead>
      <tbody>
        {input.map((field) => (
          <tr key={field.name} className="border-b border-soft align-top last:border-0">
            <th scope="row" className="py-2 pr-4 font-medium text-strong">
              <span className="font-mono">{field.name}</span>
              {field.required ? <span className="block text-meta font-normal text-quiet">Required</span> : null}
            </th>
            <td className="max-w-48 py-2 pr-4 wrap-anywhere">{field.type}</td>
            <td className="py-2 pr-4">{whereWords[field.in]}</td>
            <td className="py-2">{field.help}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollX>
);

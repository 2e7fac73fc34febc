import type { Value } from '@/app/_shared/values.ts';
import type { AdminApi } from '@/lib/admin/api.ts';
import { Card } from '@/lib/ui/primitives/card.tsx';
import { ScrollX } from '@/lib/ui/primitives/scroll-x.tsx';
import { StatusBadge } from '@/lib/ui/primitives/status.tsx';

type Protocols = Value<AdminApi['diagnostics']['protocols']>;
type Verdict = Protocols['suites'][number]['core'];

const looks: Readonly<Record<Verdict, { status: 'running' | 'degraded' | 'off'; word: string }>> = {
  yes: { status: 'running', word: 'Yes' },
  partial: { status: 'degraded', word: 'Partly' },
  no: { status: 'off', word: 'No' },
};
const Mark = ({ verdict }: { verdict: Verdict }) => <StatusBadge status={looks[verdict].status} word={looks[verdict].word} plain />;

/** The XMPP Compliance Suites 2023 for servers: suite by suite, and behind it feature by feature. */
export function Compliance({ suites, rows }: { suites: Protocols['suites']; rows: Protocols['compliance'] }) {
  return (
    <Card
      title="XMPP Compliance Suites 2023"
      purpose="Worked out from the protocols below (XEP-0479, the columns for servers). The advanced level includes the other."
      className="max-w-4xl"
    >
      <ScrollX label="Suites and levels">
        <table className="w-full text-left text-table">
          <caption className="sr-only">Suites and the levels this server reaches</caption>
          <thead>
            <tr className="border-b border-soft text-quiet">
              <th className="py-2 pr-4 font-medium">Suite</th>
              <th className="px-4 py-2 font-medium">Server</th>
              <th className="px-4 py-2 font-medium">Advanced server</th>
            </tr>
          </thead>
          <tbody>
            {suites.map((suite) => (
              <tr key={suite.suite} className="border-b border-soft last:border-0">
                <th scope="row" className="py-2 pr-4 font-normal text-strong">
                  {suite.suite}
                </th>
                <td className="px-4 py-2">
                  <Mark verdict={suite.core} />
                </td>
                <td className="px-4 py-2">
                  <Mark verdict={suite.advanced} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollX>
      <details className="mt-3">
        <summary className="cursor-pointer text-accent">Feature by feature</summary>
        <ScrollX label="Features of the suites" className="mt-2">
          <table className="w-full text-left text-table">
            <caption className="sr-only">Features that the suites ask for</caption>
            <thead>
              <tr className="border-b border-soft text-quiet">
                <th className="py-2 pr-4 font-medium">Suite</th>
                <th className="px-4 py-2 font-medium">Level</th>
                <th className="px-4 py-2 font-medium">Feature</th>
                <th className="px-4 py-2 font-medium">By</th>
                <th className="px-4 py-2 font-medium">There</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.suite} ${row.level} ${row.feature}`} className="border-b border-soft last:border-0">
                  <td className="py-2 pr-4">{row.suite}</td>
                  <td className="px-4 py-2">{row.level === 'core' ? 'Server' : 'Advanced'}</td>
                  <th scope="row" className="px-4 py-2 font-normal text-strong">
                    {row.feature}
                  </th>
                  <td className="px-4 py-2 font-mono text-meta">{row.needs.join(', ')}</td>
                  <td className="px-4 py-2">
                    <Mark verdict={row.verdict} />
                    {row.lacks.length > 0 && row.needs.length > 1 ? (
                      <span className="block text-meta text-quiet">Lacks {row.lacks.join(', ')}</span>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollX>
      </details>
    </Card>
  );
}

import { Missing } from '@/lib/ui/patterns/states.tsx';

export default function NotFound() {
  return (
    <main className="mx-auto max-w-[720px] px-4 py-16">
      <Missing title="There is no such page" action={{ label: 'Go to the overview', href: '/overview' }}>
        The address may be old or mistyped.
      </Missing>
    </main>
  );
}
